import type {Check} from '../check.js'
import {hasMigrator, isMigratorLost} from '../obstacles.js'

export const databaseMigrator: Check = {
  id: 'database.migrator',
  subject: 'The login of migrations',
  need: 'database',
  async look(tools) {
    if (!(await hasMigrator(tools))) return {state: 'ok', title: 'There is no such login yet'}
    if (await isMigratorLost(tools)) {
      return {
        state: 'failed',
        title: 'The password of mitra_migrator is lost',
        cause: 'secrets.json does not hold postgres.migrator, and the login is there.',
        fix: ['mitra db migrate (gives it a new one)'],
      }
    }
    const session = await (await tools.database()).connect({role: 'migrator'})
    await session.close()
    return {state: 'ok', title: 'mitra_migrator logs in'}
  },
}
