import {execFile} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {runner} from 'node-pg-migrate'
import pg from 'pg'
import type {FleetPlace} from './place.js'

const require = createRequire(import.meta.url)

/** The versions that the report names. */
export const peerVersions = {
  npm: String(require('node-pg-migrate/package.json').version),
  dbmate: String(require('dbmate/package.json').version),
}

/** One migration after the other for a fleet of schemas, by each of the peers. */
export interface Peers {
  /** Writes the next migration for all of them; each peer gets columns of its own. */
  next(): void
  /** One open connection, a transaction and a message for each tenant: nothing is known or kept. */
  floor(schemas: readonly string[]): Promise<number>
  /** node-pg-migrate as a library, its files read once for each schema, on two connections without its lock. */
  npm(schemas: readonly string[]): Promise<number>
  /** dbmate's program, a process for each schema. */
  dbmate(schemas: readonly string[]): Promise<number>
  close(): void
}

/** The migration that is measured: a column and a partial index on it. */
export function migrationSql(column: string): string {
  return `ALTER TABLE users ADD COLUMN ${column} text;
CREATE INDEX idx_users_${column} ON users (${column}) WHERE ${column} IS NOT NULL;
`
}

export function peersOn({port, passwords}: FleetPlace, database: string): Peers {
  const folder = mkdtempSync(join(tmpdir(), 'mitra-bench-peers-'))
  const [npmFolder, dbmateFolder] = [
    mkdtempSync(join(folder, 'npm-')),
    mkdtempSync(join(folder, 'dbmate-')),
  ]
  const url = `postgres://mitra_migrator:${passwords.migrator}@127.0.0.1:${port}/${database}`
  const connect = async () => {
    const client = new pg.Client({connectionString: url})
    await client.connect()
    return client
  }
  let round = 0
  return {
    next() {
      round += 1
      const version = String(20_300_101_000_000 + round)
      const npm = `-- Up Migration\n${migrationSql(`npm_${round}`)}`
      writeFileSync(join(npmFolder, `${version}_next.sql`), npm)
      const dbmate = `-- migrate:up\n${migrationSql(`dbmate_${round}`)}\n-- migrate:down\n`
      writeFileSync(join(dbmateFolder, `${version}_next.sql`), dbmate)
    },
    floor: (schemas) =>
      timed(async () => {
        const client = await connect()
        for (const schema of schemas) {
          await client.query(
            `BEGIN; SET LOCAL search_path = ${schema}, shared_schema; ${migrationSql(`floor_${round}`)} COMMIT`,
          )
        }
        await client.end()
      }),
    npm: (schemas) =>
      timed(async () => {
        const half = Math.ceil(schemas.length / 2)
        await Promise.all(
          [schemas.slice(0, half), schemas.slice(half)].map(async (some) => {
            const dbClient = await connect()
            for (const schema of some) await migrateByNpm(dbClient, schema, npmFolder)
            await dbClient.end()
          }),
        )
      }),
    dbmate: (schemas) =>
      timed(async () => {
        for (const schema of schemas) {
          const target = `${url}?sslmode=disable&search_path=${schema}`
          const argv = ['--url', target, '-d', dbmateFolder, '--no-dump-schema', 'up']
          await promisify(execFile)(dbmateProgram(), argv, {env: {PATH: process.env['PATH'] ?? ''}})
        }
      }),
    close: () => rmSync(folder, {recursive: true, force: true}),
  }
}

async function migrateByNpm(dbClient: pg.Client, schema: string, dir: string): Promise<void> {
  await runner({
    dbClient,
    dir,
    schema,
    migrationsTable: 'pgmigrations',
    direction: 'up',
    noLock: true,
    singleTransaction: true,
    log: () => undefined,
    logger: {debug() {}, info() {}, warn() {}, error() {}},
  })
}

/** Its own program, without the start of a Node that its npm package puts in front. */
function dbmateProgram(): string {
  const from = createRequire(require.resolve('dbmate/package.json'))
  return from.resolve(`@dbmate/${process.platform}-${process.arch}/bin/dbmate`)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
