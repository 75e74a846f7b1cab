import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setInterval} from 'node:timers'
import {mitra} from '../../test/support/cli.js'
import type {BenchRow} from '../case.js'
import type {FleetPlace} from '../fleet/place.js'

const growth = 1.5
const mostMb = 150

/** Peak memory of the whole command, by the number of tenants in the database. */
export async function memoryRows(
  {stack}: FleetPlace,
  databases: readonly {readonly name: string; readonly tenants: number}[],
): Promise<readonly BenchRow[]> {
  const file = join(stack.cwd, 'database/tenant/20990101000000_bench.sql')
  const rows: BenchRow[] = []
  for (const argv of [
    ['db', 'status'],
    ['db', 'migrate'],
    ['tenant', 'drift'],
  ]) {
    // The migration is there for `db migrate` only; the others look at a fleet at rest.
    if (argv[1] === 'migrate') {
      writeFileSync(file, '-- migrate:up\nALTER TABLE users ADD COLUMN bench text;\n')
      // The first look at a new file loads the parser of lint, whatever the number of tenants; its verdict is kept.
      await peakMb(['db', 'lint'], stack)
    }
    const seen: {readonly tenants: number; readonly mb: number}[] = []
    for (const {name, tenants} of databases) {
      const env = {...stack.env, MITRA_DATABASE_NAME: name}
      seen.push({tenants, mb: await peakMb(argv, {cwd: stack.cwd, env})})
    }
    rows.push(memoryRow(argv.join(' '), seen))
  }
  rmSync(file)
  return rows
}

function memoryRow(
  command: string,
  seen: readonly {readonly tenants: number; readonly mb: number}[],
): BenchRow {
  const [few, many] = [seen[0], seen.at(-1)]
  if (few === undefined || many === undefined) throw new Error('nothing was measured')
  const ratio = many.mb / few.mb
  const text = seen.map(({tenants, mb}) => `${tenants.toLocaleString('en')}: ${mb.toFixed(0)} MB`)
  return {
    what: `peak memory of mitra ${command}, by tenants`,
    measured: text.join(', '),
    against: `itself with ${few.tenants}`,
    result: `${ratio.toFixed(2)}x`,
    target: `flat: <= ${growth}x and <= ${mostMb} MB`,
    isMet: ratio <= growth && many.mb <= mostMb,
  }
}

async function peakMb(
  argv: readonly string[],
  at: {readonly cwd: string; readonly env: Readonly<Record<string, string>>},
): Promise<number> {
  let peak = 0
  let timer: NodeJS.Timeout | undefined
  const {code, stdout, stderr} = await mitra(argv, {
    ...at,
    timeoutMs: 900_000,
    onStart: ({pid}) => {
      timer = setInterval(() => {
        peak = Math.max(peak, highWaterMb(pid))
      }, 20)
    },
  })
  clearInterval(timer)
  if (code !== 0) throw new Error(`mitra ${argv.join(' ')} ended with ${code}: ${stdout}${stderr}`)
  return peak
}

/** What Linux says of a process that may have ended. */
function highWaterMb(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] =
      /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) / 1000
  } catch {
    return 0
  }
}
