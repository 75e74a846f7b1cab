import type {Check} from '../check.js'

export const databaseMigrations: Check = {
  id: 'database.migrations',
  subject: 'Migrations',
  need: 'migrator',
  async look(tools) {
    const pending = await tools.pendingMigrations()
    if (pending === 0) return {state: 'ok', title: 'No migration is pending'}
    const title = pending === 1 ? '1 migration is pending' : `${pending} migrations are pending`
    return {state: 'warning', title, fix: ['mitra db migrate --plan', 'mitra db migrate']}
  },
}
