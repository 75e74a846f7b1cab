import type {Migrations} from '../../src/features/migrations/files.js'
import {observeDatabase} from '../../src/features/migrations/state.js'
import {verifyChain} from '../../src/features/governance/verify.js'
import {inTenant, type GovernedTenant} from '../../src/features/governance/tenant-work.js'
import type {Session} from '../../src/ports/database.js'
import {
  asTenant,
  makeTenants,
  migrateAll,
  queryAs,
  shippedMigrations,
  type Platform,
} from '../../test/support/platform.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../test/support/postgres.js'
import {NotHere, type BenchCase, type BenchRow} from '../case.js'
import {interleaved, median, ratioText, secondsText, type Samples} from '../statistics.js'

const upgrade = '20261124020000'
const mostOverhead = 1.35
const mostSeconds = 30
/** Records to verify; fewer only to try the bench itself. */
const records = Number(process.env['MITRA_BENCH_RECORDS'] ?? 1_000_000)

/** What the hash chain costs whoever writes, and how long its proof takes. */
export const evidence: BenchCase = {
  name: 'evidence of changes',
  target: 'each line has its own',
  async run() {
    if (!isPostgresThere) throw new NotHere('Postgres 16 from npm is not installed.')
    const server = await startPostgres({isDurable: true})
    try {
      const rows = await writeRows(server)
      return [...rows, await verifyRow(server)]
    } finally {
      await server.stop()
    }
  },
}

/** One tenant with the chain, one as it was before, one without evidence. */
async function writeRows(server: TestPostgres): Promise<readonly BenchRow[]> {
  const all = await shippedMigrations()
  const chained = await tenantOf(server, 'chained', all)
  const before = await tenantOf(server, 'before', olderThan(all, upgrade))
  const silent = await tenantOf(server, 'silent', all)
  await queryAs(silent, 'admin', 'ALTER TABLE silent_schema.users DISABLE TRIGGER record_change')
  const sessions = {
    chained: await writersOf(chained, 'chained'),
    before: await writersOf(before, 'before'),
    silent: await writersOf(silent, 'silent'),
  }
  const rows: BenchRow[] = []
  for (const {what, write} of workloads) {
    const samples = await interleaved(
      {
        chained: () => timed(() => write(sessions.chained)),
        before: () => timed(() => write(sessions.before)),
        silent: () => timed(() => write(sessions.silent)),
      },
      {rounds: 9, warmUps: 2},
    )
    rows.push(...overheadRows(what, samples))
  }
  for (const session of Object.values(sessions).flat()) await session.close()
  return rows
}

type Writers = readonly Session[]

const writers = 4
const writes = 200
const atOnce = 2000

const workloads: readonly {
  readonly what: string
  readonly write: (sessions: Writers) => Promise<unknown>
}[] = [
  {what: `${writes} writes, a transaction each`, write: ([one]) => writeSingly(one, writes)},
  {
    what: `${writers} writers, ${writes / writers} transactions each`,
    write: (sessions) => Promise.all(sessions.map((one) => writeSingly(one, writes / writers))),
  },
  {what: `${atOnce} rows in one statement`, write: ([one]) => writeAtOnce(one)},
]

async function writeSingly(session: Session | undefined, count: number): Promise<void> {
  for (let row = 0; row < count; row += 1) {
    await session?.query("INSERT INTO users (role, full_name) VALUES ('agent', $1)", [`n ${row}`])
  }
}

async function writeAtOnce(session: Session | undefined): Promise<void> {
  await session?.script(
    `INSERT INTO users (role, full_name) SELECT 'agent', 'n ' || g FROM generate_series(1, ${atOnce}) g`,
  )
}

function overheadRows(
  what: string,
  {chained, before, silent}: Readonly<Record<'chained' | 'before' | 'silent', Samples>>,
): readonly BenchRow[] {
  const ratio = median(chained) / median(before)
  const whole = median(chained) / median(silent)
  return [
    {
      what: `${what}, with the chain`,
      against: `audited without one, as before it: ${secondsText(before)}`,
      measured: secondsText(chained),
      result: ratioText(ratio),
      target: `<= ${mostOverhead}x`,
      isMet: ratio <= mostOverhead,
    },
    {
      what: `${what}, with the chain`,
      against: `without any evidence: ${secondsText(silent)}`,
      measured: secondsText(chained),
      result: ratioText(whole),
      isMet: undefined,
    },
  ]
}

/** A tenant with as many records as asked for, all of them linked, verified as the command does it. */
async function verifyRow(server: TestPostgres): Promise<BenchRow> {
  const all = await shippedMigrations()
  const platform = await tenantOf(server, 'proven', olderThan(all, upgrade))
  const {tenants} = await observeDatabase(platform.database)
  const tenant = tenants.find(({name}) => name === 'proven')
  if (tenant === undefined) throw new Error('the tenant is not there')
  await fillEvidence(platform, tenant)
  await migrateAll(platform, all)
  const ms = await timed(async () => {
    const report = await verifyChain(platform.database, tenant, [])
    if (report.wrong > 0 || report.records < records) throw new Error(JSON.stringify(report))
  })
  const mb = process.memoryUsage().rss / 1_000_000
  return {
    what: `tenant audit verify, ${records.toLocaleString('en')} records`,
    against: 'the target alone',
    measured: `${(ms / 1000).toFixed(1)} s, ${mb.toFixed(0)} MB in this process`,
    result: `${(ms / 1000).toFixed(1)} s`,
    target: `<= ${mostSeconds} s`,
    isMet: ms <= mostSeconds * 1000,
  }
}

async function fillEvidence({database}: Platform, tenant: GovernedTenant): Promise<void> {
  const session = await database.connect({role: 'migrator'})
  await inTenant(session, tenant, {mode: 'write', settings: {statement_timeout: '10min'}}, () =>
    session.query(
      `INSERT INTO audit_logs (tenant_id, actor_login, action, resource_type, resource_id, old_values, new_values, ip_address)
       SELECT $1, 'proven_login', 'UPDATE', 'insurance_policy', gen_random_uuid(), v, v, '10.0.0.1'
         FROM generate_series(1, $2::int) g, LATERAL (SELECT jsonb_build_object('policy_id', gen_random_uuid(),
           'policy_number', 'P' || g, 'plan_name', 'Jeevan Anand', 'premium_amount', 1234.5, 'status', 'active',
           'nominee_details', jsonb_build_object('name', 'N' || g, 'relation', 'spouse'), 'created_at', now()) v) x`,
      [tenant.id, records],
    ),
  )
  await session.close()
}

function olderThan(migrations: Migrations, version: string): Migrations {
  return {
    shared: migrations.shared.filter((file) => file.version < version),
    tenant: migrations.tenant.filter((file) => file.version < version),
  }
}

async function tenantOf(
  server: TestPostgres,
  name: string,
  migrations: Migrations,
): Promise<Platform> {
  const platform = {database: await server.create(name), secrets: server.secrets}
  await migrateAll(platform, migrations)
  await makeTenants(platform, migrations, [name], {isFilled: false})
  return platform
}

async function writersOf(platform: Platform, name: string): Promise<Writers> {
  return Promise.all(Array.from({length: writers}, () => asTenant(platform, name)))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
