import {randomUUID} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {FileJournal} from '../../src/adapters/journal/file-journal.js'
import type {Migrations} from '../../src/features/migrations/files.js'
import {applyCreate, planTenants, type NewTenant} from '../../src/features/tenants/create.js'
import {asTenantName} from '../../src/features/tenants/names.js'
import type {Database} from '../../src/ports/database.js'
import type {RunWriter} from '../../src/ports/journal.js'
import {migrateAll, queryAs, shippedMigrations, toolsOf} from '../../test/support/platform.js'
import type {Platform} from '../../test/support/platform.js'
import {isPostgresThere, startPostgres} from '../../test/support/postgres.js'
import {NotHere, type BenchCase, type BenchRow} from '../case.js'
import {interleaved, median, ratioText, secondsText} from '../statistics.js'

const limit = 1.3

/** All of `tenant create`, login, verifier and journal included, beside its SQL on an open connection. */
export const firstTenant: BenchCase = {
  name: 'first tenant with the whole schema',
  target: `<= ${limit}x of the same SQL sent as one batch`,
  async run() {
    if (!isPostgresThere) throw new NotHere('Postgres 16 from npm is not installed.')
    const folder = mkdtempSync(join(tmpdir(), 'mitra-bench-'))
    const server = await startPostgres({isDurable: true})
    try {
      const platform = {database: await server.create('bench'), secrets: server.secrets}
      return [await measured(platform, new FileJournal(folder))]
    } finally {
      await server.stop()
      rmSync(folder, {recursive: true, force: true})
    }
  },
}

async function measured(platform: Platform, journal: FileJournal): Promise<BenchRow> {
  const migrations = await shippedMigrations()
  await migrateAll(platform, migrations)
  return coldCreateRow(platform, journal, {limit, rounds: 15})
}

/** The same on any database that has the shared schema. */
export async function coldCreateRow(
  platform: Platform,
  journal: FileJournal,
  {limit: most, rounds}: {readonly limit: number; readonly rounds: number},
): Promise<BenchRow> {
  const migrations = await shippedMigrations()
  const variants = {
    mitra: () => timeCreate(platform, migrations, journal),
    batch: () => timeBatch(platform, migrations),
  }
  const {mitra, batch} = await interleaved(variants, {rounds, warmUps: 2})
  const ratio = median(mitra) / median(batch)
  return {
    what: 'tenant create: plan, journal, login and schema',
    against: `one batch on an open connection, ${secondsText(batch)}`,
    measured: secondsText(mitra),
    result: ratioText(ratio),
    isMet: ratio <= most,
  }
}

async function timeCreate(
  platform: Platform,
  migrations: Migrations,
  journal: FileJournal,
): Promise<number> {
  const start = performance.now()
  const {create, steps} = planNew()
  const run: RunWriter = await journal.begin('tenant create', steps)
  await applyCreate(create, {...toolsOf(platform, migrations), run})
  await run.end('done')
  const milliseconds = performance.now() - start
  await dropAll(platform, create)
  return milliseconds
}

async function timeBatch(platform: Platform, migrations: Migrations): Promise<number> {
  const {create} = planNew()
  const sql = await sqlOf(platform, migrations, create)
  const session = await platform.database.connect({role: 'migrator'})
  const start = performance.now()
  await session.script(sql)
  const milliseconds = performance.now() - start
  await session.close()
  await dropAll(platform, create)
  return milliseconds
}

function planNew(): ReturnType<typeof planTenants> {
  const name = asTenantName(`t${randomUUID().replaceAll('-', '').slice(0, 12)}`)
  return planTenants([{name}], new Set())
}

/** What `tenant create` would send, from a database that only listens. */
async function sqlOf(
  platform: Platform,
  migrations: Migrations,
  create: readonly NewTenant[],
): Promise<string> {
  const sent: string[] = []
  const answer = {columns: [], rows: [], rowCount: 0}
  const listening: Database = {
    name: platform.database.name,
    url: (login) => platform.database.url(login),
    connect: async () => ({
      query: async () => answer,
      script: async (sql) => {
        sent.push(sql)
        return answer
      },
      copyOut: () => {
        throw new Error('tenant create copies nothing')
      },
      copyIn: async () => 0,
      notices: () => [],
      hold: async () => true,
      close: async () => undefined,
    }),
  }
  await applyCreate(create, toolsOf({...platform, database: listening}, migrations))
  return sent.join('\n')
}

async function dropAll(platform: Platform, created: readonly NewTenant[]): Promise<void> {
  for (const {name, schema, login} of created) {
    await queryAs(
      platform,
      'admin',
      `DROP SCHEMA ${schema} CASCADE; DROP ROLE ${login};
       DELETE FROM shared_schema.schema_migrations
        WHERE tenant_id = (SELECT tenant_id FROM shared_schema.tenants WHERE name = '${name}');
       DELETE FROM shared_schema.tenants WHERE name = '${name}'`,
    )
  }
}
