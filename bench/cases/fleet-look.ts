import {planMigrations} from '../../src/features/migrations/plan.js'
import {observeDrift} from '../../src/features/migrations/drift/report.js'
import {observeDatabase} from '../../src/features/migrations/state.js'
import {fleetStatus} from '../../src/features/migrations/status.js'
import type {Migrations} from '../../src/features/migrations/files.js'
import type {Platform} from '../../test/support/platform.js'
import type {BenchRow} from '../case.js'
import {counted} from '../fleet/counting.js'
import {median, millisecondsText} from '../statistics.js'

const rounds = 9

/** Nothing to do over a fleet: time in the database and messages to it, both counted. */
export async function nothingRow(
  {database}: Platform,
  migrations: Migrations,
  fleet: number,
): Promise<BenchRow> {
  const limits = {ms: 50, messages: 3}
  const seen = await repeated(async () => {
    const {database: watched, traffic} = counted(database)
    const plan = planMigrations(migrations, await observeDatabase(watched))
    if (plan.steps.length > 0) throw new Error('there is something to do')
    return traffic
  })
  const times = seen.map(({milliseconds}) => milliseconds)
  const messages = Math.max(...seen.map((one) => one.messages))
  const logins = Math.max(...seen.map((one) => one.logins))
  return {
    what: `nothing to do over ${fleet.toLocaleString('en')} tenants, in the database`,
    measured: millisecondsText(times),
    against: 'fixed limits',
    result: `${median(times).toFixed(0)} ms, ${messages} round trips (and ${logins} logins)`,
    target: `<= ${limits.ms} ms, <= ${limits.messages} round trips`,
    isMet: median(times) <= limits.ms && messages <= limits.messages,
  }
}

/** What `db status` asks, but for the start of its process. */
export async function statusRow(
  {database}: Platform,
  migrations: Migrations,
  fleet: number,
): Promise<BenchRow> {
  const limitMs = 150
  const times = await repeated(async () => {
    const from = performance.now()
    const {pendingMigrations} = await fleetStatus(database, migrations)
    if (pendingMigrations > 0) throw new Error('something is pending')
    return performance.now() - from
  })
  return {
    what: `status of ${fleet.toLocaleString('en')} tenants: login and queries`,
    measured: millisecondsText(times),
    against: 'a fixed limit',
    result: `${median(times).toFixed(0)} ms`,
    target: `<= ${limitMs} ms`,
    isMet: median(times) <= limitMs,
  }
}

export async function driftRow({database}: Platform, fleet: number): Promise<BenchRow> {
  const limitMs = 1000
  const times = await repeated(async () => {
    const from = performance.now()
    const {schemas, findings} = await observeDrift(database)
    if (schemas < fleet || findings.length > 0) throw new Error('the fleet is not as it was made')
    return performance.now() - from
  })
  return {
    what: `drift over ${fleet.toLocaleString('en')} tenants: login, one statement, report`,
    measured: millisecondsText(times),
    against: 'a fixed limit',
    result: `${(median(times) / 1000).toFixed(2)} s`,
    target: `<= ${limitMs / 1000} s`,
    isMet: median(times) <= limitMs,
  }
}

/** The first time fills caches and is left out. */
async function repeated<T>(work: () => Promise<T>): Promise<readonly T[]> {
  await work()
  const seen: T[] = []
  for (let round = 0; round < rounds; round += 1) seen.push(await work())
  return seen
}
