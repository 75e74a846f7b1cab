import type {Database} from '../../../ports/database.js'
import type {Check, DoctorTools} from '../check.js'
import {isPasswordLost} from '../obstacles.js'

const asked = 5
const slowMs = 10

export const databaseResponse: Check = {
  id: 'database.response',
  subject: 'Postgres',
  need: 'postgres',
  async look(tools) {
    if (await isPasswordLost('postgres.admin', tools)) {
      return {
        state: 'failed',
        title: 'The password of Postgres is lost',
        cause: 'secrets.json does not hold postgres.admin, and Postgres runs with it.',
        fix: ['Put .mitra/secrets.json back from a copy.', 'mitra restart postgres'],
      }
    }
    const ms = await answerMs(await tools.database(), tools)
    const title = `Postgres answers a query in ${ms.toFixed(1)} ms`
    if (ms < slowMs) return {state: 'ok', title}
    const cause = `More than ${slowMs} ms on this machine: it is busy, or its disk is slow.`
    return {state: 'warning', title, cause, fix: ['mitra status', 'mitra logs postgres']}
  },
}

async function answerMs(database: Database, {clock}: DoctorTools): Promise<number> {
  const session = await database.connect({role: 'admin'}, {applicationName: 'mitra doctor'})
  try {
    await session.query('select 1')
    const from = clock.now().getTime()
    for (let turn = 0; turn < asked; turn += 1) await session.query('select 1')
    return (clock.now().getTime() - from) / asked
  } finally {
    await session.close()
  }
}
