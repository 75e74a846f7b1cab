import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {TarArchives} from '../../src/adapters/archive/tar-archives.js'
import {FolderMigrationFiles} from '../../src/adapters/files/migration-files.js'
import {scramVerifier} from '../../src/adapters/scram/verifier.js'
import {archivedBuilder, migrationsOf} from '../../src/cli/tenant-archives.js'
import {observeDatabase} from '../../src/features/migrations/state.js'
import {verifyArchive} from '../../src/features/tenants/archive/verify.js'
import {writeArchive, type ArchivedTenant} from '../../src/features/tenants/archive/write.js'
import {applyRestore} from '../../src/features/tenants/restore/apply.js'
import {observeSite, planRestore, restoredTenant} from '../../src/features/tenants/restore/plan.js'
import type {MigrationText} from '../../src/ports/migration-files.js'
import {RecordedRun, silentProgress} from '../fakes/run.js'
import {queryAs, realClock, type Platform} from './platform.js'

export const archives = new TarArchives()

export async function shippedTexts(): Promise<readonly MigrationText[]> {
  const folder = fileURLToPath(new URL('../../templates/database', import.meta.url))
  return new FolderMigrationFiles(folder).read()
}

export function tenantText(version: string, sql: string): MigrationText {
  const fileName = `${version}_more.sql`
  const text = `-- migrate:up\n${sql}\n-- migrate:down\n`
  return {scope: 'tenant', fileName, path: `database/tenant/${fileName}`, text}
}

export function archiveFolder(): string {
  return mkdtempSync(join(tmpdir(), 'mitra archives '))
}

/** Writes one through the feature itself. */
export async function archiveOf(
  platform: Platform,
  name: string,
  {path, texts}: {readonly path: string; readonly texts: readonly MigrationText[]},
): Promise<ArchivedTenant> {
  const state = await observeDatabase(platform.database)
  const tenant = state.tenants.find((one) => one.name === name)
  if (tenant === undefined) throw new Error(`there is no ${name}`)
  const migrations = migrationsOf(tenant, {texts, state, toolVersion: 'test'})
  const {database} = platform
  return writeArchive(tenant, path, {
    database,
    archives,
    clock: realClock,
    toolVersion: 'test',
    migrations,
  })
}

interface RestoreWish {
  readonly path: string
  readonly texts: readonly MigrationText[]
  readonly as?: string
  readonly isForeignMeant?: boolean
}

/** The same for the way back; the run is returned for what it recorded. */
export async function restoreFrom(
  {database, secrets}: Platform,
  {path, texts, as, isForeignMeant = false}: RestoreWish,
): Promise<RecordedRun> {
  const run = new RecordedRun()
  const archive = await verifyArchive(archives, path)
  const wish = {archive, as, isForeignMeant}
  const plan = planRestore(wish, await observeSite(database, restoredTenant(wish)))
  const state = await observeDatabase(database)
  const build = archivedBuilder(archive, plan.tenant, {texts, state, toolVersion: 'test'})
  const verifierOf = (password: string) => scramVerifier(password)
  const parts = {database, archives, secrets, verifierOf, build}
  await applyRestore(plan, {...parts, run, progress: silentProgress})
  return run
}

/** By table: rows and a digest of all of them, made by the server, whatever their order. */
export async function contentOf(
  platform: Platform,
  tenant: string,
): Promise<Readonly<Record<string, string>>> {
  const {rows: tables} = await queryAs(
    platform,
    'admin',
    `SELECT relname, oid::regclass FROM pg_class
      WHERE relnamespace = '${tenant}_schema'::regnamespace AND relkind IN ('r', 'm') ORDER BY 1`,
  )
  const content: Record<string, string> = {}
  for (const [name, place] of tables) {
    const {rows} = await queryAs(
      platform,
      'admin',
      `SET extra_float_digits = 3; SELECT count(*) || ' ' || coalesce(md5(string_agg(h, '' ORDER BY h)), '')
         FROM (SELECT md5(t::text) AS h FROM ${String(place)} t) AS hashed`,
    )
    content[String(name)] = String(rows[0]?.[0])
  }
  return content
}

export async function sequencesOf(platform: Platform, tenant: string): Promise<unknown> {
  const {rows} = await queryAs(
    platform,
    'admin',
    `SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = '${tenant}_schema' ORDER BY 1`,
  )
  return rows
}
