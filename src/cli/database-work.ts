import {migrationBody, versionReached} from '../features/migrations/sql.js'
import {forNewSchema} from '../features/migrations/new-schema.js'
import {placedError} from '../features/migrations/failures.js'
import {readMigrations, type Migrations} from '../features/migrations/files.js'
import type {SchemaBuilder} from '../features/tenants/build.js'
import type {CreateTools} from '../features/tenants/create.js'
import {MitraError} from '../errors.js'
import type {Ports} from '../ports/workspace.js'
import type {Applying} from './run-plan.js'
import type {Tools} from './tools.js'

/** The migrations of the workspace, read and checked. */
export async function workspaceMigrations(tools: Tools): Promise<Migrations> {
  return readMigrations(await (await tools.migrationFiles()).read())
}

/** Builds a new tenant's schema with the tenant migrations: the two features meet here. */
export function schemaBuilder({tenant}: Migrations, toolVersion: string): SchemaBuilder {
  const files = forNewSchema(tenant)
  return (target, runId) => {
    const body = migrationBody(files, target, {runId, toolVersion})
    return {
      sql: body.sql,
      placed: (error, {ahead, notices}) => {
        const reached = versionReached(notices)
        if (reached === undefined && (error.offset ?? 0) < ahead) return undefined
        return placedError(error, {...body, reached, ahead}, target.name)
      },
    }
  }
}

/** What creating and filling tenants needs, on the ports given. */
export async function tenantTools(
  tools: Tools,
  migrations: Migrations,
  applying: Applying,
  ports?: Ports,
): Promise<CreateTools> {
  const {scramVerifier} = await import('../adapters/scram/verifier.js')
  return {
    ...applying,
    database: await tools.database(ports),
    secrets: await tools.secrets(),
    clock: tools.clock(),
    verifierOf: (password) => scramVerifier(password),
    buildSchema: schemaBuilder(migrations, tools.version),
  }
}

/** Tenants are built with what shared_schema brings. */
export function sharedPending(): MitraError {
  return new MitraError('notReady', 'SHARED_PENDING', 'shared_schema is not migrated yet.', {
    hints: ['mitra db migrate'],
  })
}
