import {randomUUID} from 'node:crypto'
import {scramVerifier} from '../../src/adapters/scram/verifier.js'
import {schemaBuilder} from '../../src/cli/database-work.js'
import type {Migrations} from '../../src/features/migrations/files.js'
import {buildTenant, type TenantSchema} from '../../src/features/tenants/build.js'
import type {Platform} from '../../test/support/platform.js'
import {queryAs} from '../../test/support/platform.js'

/** Names of one length, so that sorting them is counting them. */
export function fleetTenant(number: number): TenantSchema {
  const name = `f${String(number).padStart(5, '0')}`
  const [schema, login] = [`${name}_schema`, `${name}_login`]
  return {id: randomUUID(), name, schema, login, displayName: name}
}

/** Tenants with the whole schema, made by what `tenant create` sends, two at a time. */
export async function buildFleet(
  {database}: Platform,
  migrations: Migrations,
  count: number,
): Promise<readonly TenantSchema[]> {
  const tenants = Array.from({length: count}, (_, number) => fleetTenant(number))
  const build = schemaBuilder(migrations, 'bench')
  const verifier = scramVerifier('a password of nobody')
  const waiting = [...tenants]
  const worker = async () => {
    while (waiting.length > 0) {
      // A backend keeps a megabyte of each tenant that it has touched.
      const session = await database.connect({role: 'migrator'})
      for (const tenant of waiting.splice(0, 50)) {
        await buildTenant(session, tenant, {state: 'active', verifier}, build(tenant, 'bench'))
      }
      await session.close()
    }
  }
  await Promise.all([worker(), worker()])
  return tenants
}

/** Without it the planner knows nothing of the rows that a bulk creation has put into the catalogs. */
export async function analyse(platform: Platform): Promise<void> {
  await queryAs(platform, 'admin', 'VACUUM ANALYZE')
}

/**
 * Registry and ledger of many tenants that have all files; of their schemas only one table, or none. Says
 * as much about what reads the registry as whole schemas would.
 */
export async function registerFleet(
  platform: Platform,
  {tenant: files}: Migrations,
  count: number,
  {hasTable}: {readonly hasTable: boolean},
): Promise<void> {
  const session = await platform.database.connect({role: 'migrator'})
  await session.query(
    `INSERT INTO shared_schema.tenants (name, schema_name, login_name, display_name)
     SELECT format('f%s', n), format('f%s_schema', n), format('f%s_login', n), 'Bench'
       FROM generate_series(1, $1::int) n`,
    [count],
  )
  await session.query(
    `INSERT INTO shared_schema.schema_migrations
       (tenant_id, version, name, checksum, milliseconds, tool_version, run_id)
     SELECT tenant_id, version, file.name, checksum, 1, 'bench', 'bench'
       FROM shared_schema.tenants,
         unnest($1::text[], $2::text[], $3::text[]) file (version, name, checksum)
      ORDER BY 1, 2`,
    [
      files.map(({version}) => version),
      files.map(({name}) => name),
      files.map(({checksum}) => checksum),
    ],
  )
  for (let from = 1; hasTable && from <= count; from += 200) {
    const numbers = Array.from({length: Math.min(200, count - from + 1)}, (_, nth) => from + nth)
    await session.script(
      numbers
        .map((n) => `CREATE SCHEMA f${n}_schema; CREATE TABLE f${n}_schema.users (tenant_id uuid);`)
        .join('\n'),
    )
  }
  await session.close()
}
