import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseRetentionRules} from '../../src/config/governance/retention.js'
import type {GovernedTenant} from '../../src/features/governance/tenant-work.js'
import type {Migrations} from '../../src/features/migrations/files.js'
import {observeDatabase} from '../../src/features/migrations/state.js'
import type {QueryResult} from '../../src/ports/database.js'
import type {RetentionRules} from '../../src/ports/retention-rules.js'
import {repositoryRoot} from './cli.js'
import {makeTenants, migrateAll, queryAs, shippedMigrations, type Platform} from './platform.js'
import type {TestPostgres} from './postgres.js'

/** A database with filled tenants, and somebody who can do everything to it. */
export interface GovernedPlatform extends Platform {
  readonly shipped: Migrations
  tenant(name: string): Promise<GovernedTenant>
  /** As a superuser in the schema of `lic`, past triggers and policies. */
  tamper(sql: string): Promise<QueryResult>
}

export async function governedPlatform(
  server: TestPostgres,
  name: string,
  {tenants = ['lic', 'hdfc'], before = '9'} = {},
): Promise<GovernedPlatform> {
  const all = await shippedMigrations()
  const shipped = {
    shared: all.shared.filter(({version}) => version < before),
    tenant: all.tenant.filter(({version}) => version < before),
  }
  const platform = {database: await server.create(name), secrets: server.secrets}
  await migrateAll(platform, shipped)
  await makeTenants(platform, shipped, tenants)
  return {
    ...platform,
    shipped: all,
    async tenant(wanted) {
      const state = await observeDatabase(platform.database)
      const tenant = state.tenants.find((one) => one.name === wanted)
      if (tenant === undefined) throw new Error(`There is no ${wanted}.`)
      return tenant
    },
    tamper: (sql) =>
      queryAs(
        platform,
        'admin',
        `SET session_replication_role = replica; SET search_path = lic_schema; BEGIN; ${sql}; COMMIT`,
      ),
  }
}

/** The rules that mitra ships, changed where a test wants them so. */
export function shippedRules(change: (text: string) => string = (text) => text): RetentionRules {
  const text = readFileSync(join(repositoryRoot, 'config/retention.yml'), 'utf8')
  return parseRetentionRules('retention.yml', change(text))
}
