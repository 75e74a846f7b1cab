import {askDatabase} from '../ask.js'
import type {Check} from '../check.js'

const mostMs = 2000

export const databaseClock: Check = {
  id: 'database.clock',
  subject: 'The clock of Postgres',
  need: 'database',
  async look(tools) {
    const from = tools.clock.now().getTime()
    const sql = 'SELECT round(extract(epoch FROM clock_timestamp()) * 1000)'
    const [[theirs] = []] = await askDatabase(tools, sql)
    const to = tools.clock.now().getTime()
    const off = Math.max(0, from - Number(theirs), Number(theirs) - to)
    if (off <= mostMs) return {state: 'ok', title: 'Postgres and this machine agree'}
    return {
      state: 'warning',
      title: `Postgres is ${Math.round(off / 1000)} s off this machine`,
      cause: 'The virtual machine of the containers was asleep: signed requests are refused.',
      fix: ['Restart the container engine.'],
    }
  },
}
