import type {Check} from '../check.js'

export const databaseMigrations: Check = {
  id: 'database.migrations',
  subject: 'Migrations',
  need: 'migrator',
  async look(tools) {
    const title = await tools.pendingMigrations()
    if (title === undefined) return {state: 'ok', title: 'No migration is pending'}
    return {state: 'warning', title, fix: ['mitra db migrate --plan', 'mitra db migrate']}
  },
}
