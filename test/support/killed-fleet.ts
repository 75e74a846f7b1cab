import {existsSync, mkdirSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {mitra, type CliResult} from './cli.js'
import {databaseWorkspace, type DatabaseWorkspace} from './database-workspace.js'
import {makeTenants, queryAs, shippedMigrations, type Platform} from './platform.js'

export type Victim = 'mitra' | 'server' | 'session'

/** A fleet that is migrated by the built CLI and killed at it. */
export interface KilledFleet {
  readonly workspace: DatabaseWorkspace
  readonly platform: Platform
  /** Writes the next migration; every third runs outside a transaction. */
  writeNext(): void
  /** `db migrate`, ended by a SIGKILL at a random moment of its work. */
  migrateAndKill(victim: Victim): Promise<CliResult>
  migrate(): Promise<CliResult>
  /** Resolves when a run that is begun after this call is at work. */
  untilAtWork(): Promise<void>
  /** What is wrong with the fleet; empty when each file ran once and the schemas are equal. */
  faults(): Promise<readonly string[]>
  leave(): Promise<void>
}

export async function killedFleet(tenants: number): Promise<KilledFleet> {
  const workspace = await databaseWorkspace()
  const {folder, server} = workspace
  const journal = join(folder, '.mitra/journal/journal.jsonl')
  const migrate = () => mitra(['db', 'migrate', '--no-lint'], {cwd: folder})
  const first = await migrate()
  if (first.code !== 0) throw new Error(first.stderr)
  const tools = workspace.tools()
  const platform: Platform = {database: await tools.database(), secrets: await tools.secrets()}
  const names = Array.from({length: tenants}, (_, index) => `t${index}`)
  await makeTenants(platform, await shippedMigrations(), names, {isFilled: false})
  let files = 0
  // Applied twice means two rows; a table of the same name could not be made twice anyway.
  writeMigration(folder, files, 'CREATE TABLE marks (file int NOT NULL);')

  return {
    workspace,
    platform,
    migrate,
    writeNext() {
      files += 1
      writeMigration(folder, files, files % 3 === 0 ? aloneSql(files) : togetherSql(files))
    },
    untilAtWork: () => untilBegun(journal, sizeOf(journal), () => false),
    async migrateAndKill(victim) {
      const before = sizeOf(journal)
      let result: CliResult | undefined
      let revived: Promise<void> | undefined
      const running = mitra(['db', 'migrate', '--no-lint'], {
        cwd: folder,
        onStart: (child) => {
          void killSoon(async () => {
            await untilBegun(journal, before, () => result !== undefined)
            await sleep(Math.random() * 450)
            if (victim === 'mitra') child.kill('SIGKILL')
            else if (victim === 'session') await server.killSession()
            else {
              await server.die()
              // Sometimes while mitra still waits for it, sometimes when it has given up.
              if (Math.random() < 0.8)
                revived = sleep(Math.random() * 1500).then(() => server.revive())
            }
          })
        },
      })
      result = await running
      if (victim === 'server') await (revived ?? server.revive())
      return result
    },
    faults: () => faultsOf(platform, files),
    leave: () => workspace.leave(),
  }
}

async function killSoon(kill: () => Promise<void>): Promise<void> {
  try {
    await kill()
  } catch {
    // The server was down already when its session was looked for.
  }
}

/** The plan is in the journal: what follows is the work. */
async function untilBegun(journal: string, size: number, isOver: () => boolean): Promise<void> {
  while (!isOver() && sizeOf(journal) === size) await sleep(3)
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

function writeMigration(folder: string, number: number, up: string): void {
  const version = String(20270101000000 + number)
  const place = join(folder, 'database/tenant')
  mkdirSync(place, {recursive: true})
  const header = up.includes('CONCURRENTLY') ? ' transaction:false' : ''
  writeFileSync(
    join(place, `${version}_n${number}.sql`),
    `-- migrate:up${header}\n${up}\n-- migrate:down\n`,
  )
}

function togetherSql(number: number): string {
  return [
    `CREATE TABLE t_${number} (id int);`,
    `ALTER TABLE agents ADD COLUMN c_${number} text;`,
    `CREATE INDEX i_${number} ON agents (c_${number}) WHERE c_${number} IS NOT NULL;`,
    `INSERT INTO marks VALUES (${number});`,
    'SELECT pg_sleep(0.04);',
  ].join('\n')
}

function aloneSql(number: number): string {
  return [
    `ALTER TABLE agents ADD COLUMN c_${number} text;`,
    `CREATE INDEX CONCURRENTLY i_${number} ON agents (c_${number});`,
    `INSERT INTO marks VALUES (${number});`,
    `CREATE INDEX CONCURRENTLY j_${number} ON agents (lower(c_${number}));`,
  ].join('\n')
}

async function faultsOf(platform: Platform, files: number): Promise<readonly string[]> {
  const {tenants, prints} = await printsOf(platform)
  const broken = await queryAs(
    platform,
    'admin',
    'SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid OR NOT indisready',
  )
  const records = await queryAs(
    platform,
    'admin',
    `SELECT t.name, count(m.version), count(*) FILTER (WHERE m.state <> 'done')
       FROM shared_schema.tenants t LEFT JOIN shared_schema.schema_migrations m
         ON m.tenant_id = t.tenant_id AND m.version >= '20270101000000'
      GROUP BY 1 HAVING count(m.version) <> ${files + 1} OR count(*) FILTER (WHERE m.state <> 'done') > 0`,
  )
  // One after the other: each is a connection.
  const marks: string[] = []
  for (const tenant of tenants) marks.push(...(await marksOf(platform, tenant, files)))
  return [
    ...(prints.length === 1 ? [] : [`${prints.length} different schemas`]),
    ...broken.rows.map(([index]) => `index ${String(index)} is broken`),
    ...records.rows.map(
      ([name, count, half]) => `${String(name)}: ${String(count)} records, ${String(half)} half`,
    ),
    ...marks,
  ]
}

async function printsOf(platform: Platform) {
  const {rows} = await queryAs(
    platform,
    'admin',
    `SELECT name, shared_schema.schema_fingerprint(schema_name, login_name, tenant_id::text),
       (SELECT fingerprint_after FROM shared_schema.schema_migrations m WHERE m.tenant_id = t.tenant_id
         ORDER BY position DESC LIMIT 1)
       FROM shared_schema.tenants t`,
  )
  const prints = new Set(rows.flatMap(([, live, recorded]) => [live, recorded]))
  return {tenants: rows.map(([name]) => String(name)), prints: [...prints]}
}

/** Each file that marks its run marked it once. */
async function marksOf(
  platform: Platform,
  tenant: string,
  files: number,
): Promise<readonly string[]> {
  const {rows} = await queryAs(
    platform,
    'admin',
    `SELECT f, count(m.file) FROM generate_series(1, ${files}) f
       LEFT JOIN ${tenant}_schema.marks m ON m.file = f GROUP BY 1 HAVING count(m.file) <> 1`,
  )
  return rows.map(([file, count]) => `${tenant}: file ${String(file)} ran ${String(count)} times`)
}
