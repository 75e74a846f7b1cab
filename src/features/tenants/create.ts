import {randomUUID} from 'node:crypto'
import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {Clock} from '../../ports/clock.js'
import {SqlError, type Database, type Session} from '../../ports/database.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import type {Secrets} from '../../ports/secrets.js'
import {buildTenant, type SchemaBuilder, type TenantSchema} from './build.js'
import {claimSpare, type Spare} from './claim.js'
import {loginOf, schemaOf, secretOf, type TenantName} from './names.js'

/** A tenant to be made, all its names decided. */
export interface NewTenant extends TenantSchema {
  readonly name: TenantName
  /** The schema made ahead that becomes it; without one it is built. */
  readonly spare: Spare | undefined
}

export interface CreatePlan {
  readonly steps: readonly Step[]
  readonly create: readonly NewTenant[]
}

/** Those of the wanted that are not there yet; the first of them get the spares. */
export function planTenants(
  wanted: readonly {readonly name: TenantName; readonly displayName?: string | undefined}[],
  existing: ReadonlySet<string>,
  spares: readonly Spare[] = [],
): CreatePlan {
  const create = wanted
    .filter(({name}) => !existing.has(name))
    .map(({name, displayName}, index) => newTenant(name, displayName, spares[index]))
  return {create, steps: create.map(createStep)}
}

function newTenant(
  name: TenantName,
  displayName: string | undefined,
  spare: Spare | undefined,
): NewTenant {
  return {
    id: spare?.id ?? randomUUID(),
    name,
    schema: schemaOf(name),
    login: loginOf(name),
    displayName: displayName ?? name.toUpperCase().replaceAll('_', ' '),
    spare,
  }
}

function createStep({name, schema, login, spare}: NewTenant): Step {
  const from = spare === undefined ? {} : {spare: spare.schema}
  return {
    id: `tenant.create.${name}`,
    title:
      spare === undefined
        ? `Create tenant ${name}: schema ${schema}, login ${login}`
        : `Create tenant ${name} from a spare: schema ${schema}, login ${login}`,
    why: 'there is no such tenant',
    undo: 'no',
    detail: {schema, login, ...from},
  }
}

export interface CreateTools {
  readonly database: Database
  readonly secrets: Secrets
  readonly clock: Clock
  readonly verifierOf: (password: string) => string
  readonly buildSchema: SchemaBuilder
  readonly run: RunWriter
  readonly progress: Progress
}

/** One after the other on one connection; each is whole or not there. */
export async function applyCreate(create: readonly NewTenant[], tools: CreateTools): Promise<void> {
  if (create.length === 0) return
  const session = await tools.database.connect({role: 'migrator'})
  try {
    for (const tenant of create) {
      const id = `tenant.create.${tenant.name}`
      tools.progress.started(id)
      const made = await recordedFailure(id, tools.run, () => createOne(session, tenant, tools))
      await tools.run.done(id, {tenant: tenant.name, id: made})
    }
  } finally {
    await session.close()
  }
}

/** Does the work of a step; why it failed is in the journal before the error goes on. */
export async function recordedFailure<T>(
  stepId: string,
  run: RunWriter,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await run.failed(stepId, codeOf(error) ?? 'UNEXPECTED', messageOf(error))
    throw error
  }
}

/** Returns the id: a spare that somebody else took meanwhile is replaced by a tenant of its own. */
async function createOne(session: Session, tenant: NewTenant, tools: CreateTools): Promise<string> {
  // Kept before the role is made: a kill in between leaves a password without a role, not the reverse.
  const password = (await tools.secrets.ensure(secretOf(tenant.name))).reveal()
  const verifier = tools.verifierOf(password)
  const {spare} = tenant
  try {
    if (spare !== undefined) {
      if (await claimSpare(session, tenant, {spare, verifier})) return tenant.id
    }
    const built = spare === undefined ? tenant : {...tenant, id: randomUUID()}
    const schema = tools.buildSchema(built, tools.run.id)
    await buildTenant(session, built, {state: 'active', verifier}, schema)
    return built.id
  } catch (error) {
    throw alreadyThere(error, tenant) ?? error
  }
}

function alreadyThere(error: unknown, {name, schema}: NewTenant): MitraError | undefined {
  if (!(error instanceof SqlError)) return undefined
  if (error.code === '42P06') {
    const message = `Schema ${schema} is there already, and not as the schema of ${name}.`
    return new MitraError('failed', 'SCHEMA_EXISTS', message, {
      hints: ['Look at what it holds; rename it or choose another name for the tenant.'],
      cause: error,
    })
  }
  if (error.code !== '23505') return undefined
  const message = `Tenant ${name} was made by somebody else meanwhile.`
  return new MitraError('failed', 'TENANT_EXISTS', message, {
    hints: [`mitra tenant show ${name}`],
    cause: error,
  })
}
