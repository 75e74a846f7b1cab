import {MitraError} from '../../../errors.js'
import type {Database} from '../../../ports/database.js'
import type {Check, DoctorTools, Finding} from '../check.js'
import {fastestMs} from '../fastest.js'
import {isPasswordLost} from '../obstacles.js'

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
    const answered = await answerOrRefusal(tools)
    if ('state' in answered) return answered
    const {ms} = answered
    const title = `Postgres answers a query in ${ms.toFixed(1)} ms`
    if (ms < slowMs) return {state: 'ok', title}
    const cause = `More than ${slowMs} ms on this machine: it is busy, or its disk is slow.`
    return {state: 'warning', title, cause, fix: ['mitra status', 'mitra logs postgres']}
  },
}

/** A refused password is a finding of its own: the server takes the one that is kept when it starts. */
async function answerOrRefusal(tools: DoctorTools): Promise<Finding | {readonly ms: number}> {
  try {
    return {ms: await answerMs(await tools.database(), tools)}
  } catch (error) {
    if (!(error instanceof MitraError) || error.code !== 'AUTH_FAILED') throw error
    return {
      state: 'failed',
      title: error.message.replace(/\.$/, ''),
      fix: error.hints,
      repairs: [{kind: 'restart', services: ['postgres']}],
    }
  }
}

async function answerMs(database: Database, tools: DoctorTools): Promise<number> {
  const session = await database.connect({role: 'admin'}, {applicationName: 'mitra doctor'})
  try {
    return await fastestMs(() => session.query('select 1'), slowMs, tools)
  } finally {
    await session.close()
  }
}
