import type {ServiceStatus} from '../../ports/stack.js'
import {MitraError} from '../../errors.js'
import type {DoctorTools} from './check.js'

/** One line of the comparison of a local machine with production: what is promised, and what this machine does. */
export interface Measurement {
  readonly id: string
  readonly metric: string
  /** What the design asks of a local machine. */
  readonly target: string
  /** What it asks of production; not measured here. */
  readonly production: string
  readonly measured?: {
    /** The median, where several were taken. */
    readonly value: number
    readonly unit: 'ms' | 'MB' | 'GB'
    readonly samples: number
  }
  /** Undefined where nothing was measured, or the design sets no limit. */
  readonly met?: boolean
  /** Why nothing was measured. */
  readonly why?: string
}

type Result = Pick<Measurement, 'measured' | 'met' | 'why'>

const warmUps = 5
const queries = 101
const requests = 51
const serverError = 500
const mega = 1_000_000
const giga = 1000 * mega
const [databaseMs, apiMs, memoryGb] = [10, 50, 12]

/** One after the other, so that none makes another slow. */
export async function measureLocal(tools: DoctorTools): Promise<readonly Measurement[]> {
  const database = await orWhy(() => databaseTime(tools))
  const api = await orWhy(() => apiTime(tools))
  const memory = await orWhy(() => memoryOfServices(tools))
  const storage = await orWhy(() => sizeOfStorage(tools))
  return [
    row('database', 'Database response', ['< 10 ms', '< 20 ms'], database),
    row('api', 'API response', ['< 50 ms', '< 100 ms'], api),
    row('cdn', 'CDN response', ['none', '< 50 ms'], {why: 'There is no CDN on a local machine.'}),
    row('build', 'Build time of the app', ['2 to 3 min', '10 to 15 min'], {
      why: 'mitra does not build the app: time flutter build apk --debug.',
    }),
    row('users', 'Concurrent users', ['1', '10000 and more'], {
      why: 'One developer; load is for production.',
    }),
    row('uptime', 'Uptime', ['none', '99.9 %'], {why: 'Nothing is promised on a local machine.'}),
    row('memory', 'Memory of the services', ['8 to 12 GB at most', 'scales'], memory),
    row('storage', 'Disk of the data', ['512 GB', 'unlimited'], storage),
  ]
}

function row(
  id: string,
  metric: string,
  [target, production]: readonly [string, string],
  result: Result,
): Measurement {
  return {id, metric, target, production, ...result}
}

/** What cannot be reached is not measured, and the line says why. */
async function orWhy(measure: () => Promise<Result>): Promise<Result> {
  try {
    return await measure()
  } catch (error) {
    if (!(error instanceof MitraError)) throw error
    return {why: error.message}
  }
}

async function databaseTime(tools: DoctorTools): Promise<Result> {
  const password = await (await tools.secrets()).get('postgres.admin')
  if ((await tools.states()).get('postgres')?.state !== 'healthy' || password === undefined) {
    return {why: 'Postgres is not running: mitra up.'}
  }
  const session = await (await tools.database()).connect({role: 'admin'})
  try {
    const value = await medianMs(() => session.query('select 1'), queries, tools)
    return {measured: {value, unit: 'ms', samples: queries}, met: value < databaseMs}
  } finally {
    await session.close()
  }
}

async function apiTime(tools: DoctorTools): Promise<Result> {
  const host = await tools.host()
  const {nginx} = await tools.ports()
  const status = await host.httpStatus(nginx, '/api/health')
  if (status === undefined || status >= serverError) {
    return {why: 'No backend answers through Nginx.'}
  }
  const value = await medianMs(() => host.httpStatus(nginx, '/api/health'), requests, tools)
  return {measured: {value, unit: 'ms', samples: requests}, met: value < apiMs}
}

async function memoryOfServices(tools: DoctorTools): Promise<Result> {
  const states: readonly ServiceStatus[] = [...(await tools.states()).values()]
  const known = states.flatMap(({memoryBytes}) => memoryBytes ?? [])
  if (known.length === 0) return {why: 'No service is running: mitra up.'}
  const bytes = known.reduce((sum, one) => sum + one, 0)
  const measured = {value: rounded(bytes / mega), unit: 'MB', samples: 1} as const
  return {measured, met: bytes <= memoryGb * giga}
}

async function sizeOfStorage(tools: DoctorTools): Promise<Result> {
  const {layout} = await tools.workspace()
  const places = await (await tools.machine()).storage(layout)
  const bytes = places.find(({holds}) => holds === 'data of the services')?.sizeBytes
  if (bytes === undefined) return {why: 'The disk does not say its size.'}
  const measured = {value: rounded(bytes / giga), unit: 'GB', samples: 1} as const
  // The design names the disk of one laptop, and no least size.
  return {measured}
}

async function medianMs(
  ask: () => Promise<unknown>,
  samples: number,
  {stopwatch}: DoctorTools,
): Promise<number> {
  for (let turn = 0; turn < warmUps; turn += 1) await ask()
  const times: number[] = []
  for (let turn = 0; turn < samples; turn += 1) {
    const from = stopwatch()
    await ask()
    times.push(stopwatch() - from)
  }
  return rounded(times.toSorted((a, b) => a - b)[Math.floor(samples / 2)] ?? 0)
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
