import {pendingTitle} from '../../migrations/plan.js'
import type {Check} from '../check.js'

export const databaseMigrations: Check = {
  id: 'database.migrations',
  subject: 'Migrations',
  need: 'migrator',
  async look(tools) {
    const pending = await tools.pendingMigrations()
    if (pending.files === 0) return {state: 'ok', title: 'No migration is pending'}
    const title = pendingTitle(pending)
    return {state: 'warning', title, fix: ['mitra db migrate --plan', 'mitra db migrate']}
  },
}
