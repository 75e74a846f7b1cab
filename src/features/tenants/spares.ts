import {randomUUID} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import {buildTenant, type SchemaBuilder, type TenantSchema} from './build.js'
import type {Spare} from './claim.js'
import {recordedFailure} from './create.js'
import {dropSchema} from './drop/drop-schema.js'
import {spareNames} from './names.js'
import {objectsNaming} from './named-text.js'

export interface SparesPlan {
  readonly steps: readonly Step[]
  readonly make: readonly TenantSchema[]
  readonly remove: readonly Spare[]
}

/** A spare as the registry has it. */
export interface KnownSpare extends Spare {
  /** It has the partitions of an older month, or was being removed: nobody can take it. */
  readonly isUsable: boolean
}

export async function observeSpares(database: Database): Promise<readonly KnownSpare[]> {
  const session = await database.connect({role: 'migrator'})
  try {
    const {rows} = await session.query(
      `SELECT tenant_id, name, schema_name, login_name,
              state = 'spare' AND date_trunc('month', created_at) = date_trunc('month', now())
         FROM shared_schema.tenants WHERE starts_with(name, 'mitra_spare_') ORDER BY name`,
    )
    return rows.map(([id, name, schema, login, isUsable]) => ({
      id: String(id),
      name: String(name),
      schema: String(schema),
      login: String(login),
      isUsable: isUsable === 't',
    }))
  } finally {
    await session.close()
  }
}

/** What it takes to have `count` spares: the unusable and the surplus go, the missing are made. */
export function planSpares(spares: readonly KnownSpare[], count: number): SparesPlan {
  const usable = spares.filter(({isUsable}) => isUsable)
  const kept = new Set(usable.slice(0, count).map(({id}) => id))
  const remove = spares.filter(({id}) => !kept.has(id))
  const missing = Math.max(0, count - kept.size)
  const make = Array.from({length: missing}, () => newSpare(randomUUID()))
  const steps = [...remove.map((spare) => removeStep(spare)), ...make.map(makeStep)]
  return {steps, make, remove}
}

function newSpare(id: string): TenantSchema {
  return {id, ...spareNames(id), displayName: 'Spare'}
}

function makeStep({name, schema}: TenantSchema): Step {
  return {
    id: `tenant.spare.make.${name}`,
    title: `Make the spare ${schema}`,
    why: 'the next tenant is then made by renaming it',
    undo: 'no',
    detail: {schema},
  }
}

function removeStep({name, schema, isUsable}: KnownSpare): Step {
  return {
    id: `tenant.spare.remove.${name}`,
    title: `Remove the spare ${schema}`,
    why: isUsable ? 'fewer are wanted' : 'it has the partitions of an older month',
    undo: 'no',
    detail: {schema},
  }
}

export interface SpareTools {
  readonly database: Database
  readonly buildSchema: SchemaBuilder
  readonly run: RunWriter
  readonly progress: Progress
}

/**
 * Killed at any time, a spare is there whole or is removed by the next run. False when another
 * process makes spares of this database already; then nothing is done.
 */
export async function applySpares(plan: SparesPlan, tools: SpareTools): Promise<boolean> {
  const session = await tools.database.connect({role: 'migrator'})
  try {
    if (!(await session.hold('mitra spares'))) return false
    for (const spare of plan.remove) {
      await step(`tenant.spare.remove.${spare.name}`, tools, () => removeSpare(session, spare))
    }
    for (const spare of plan.make) {
      await step(`tenant.spare.make.${spare.name}`, tools, () => makeSpare(session, spare, tools))
    }
    return true
  } finally {
    await session.close()
  }
}

async function step(
  id: string,
  {run, progress}: SpareTools,
  work: () => Promise<void>,
): Promise<void> {
  progress.started(id)
  await recordedFailure(id, run, work)
  await run.done(id)
}

/** Nobody takes it before it is known that a rename leaves nothing behind. */
async function makeSpare(session: Session, spare: TenantSchema, tools: SpareTools): Promise<void> {
  const schema = tools.buildSchema(spare, tools.run.id)
  await buildTenant(session, spare, {state: 'restoring'}, schema)
  const naming = await objectsNaming(session, spare)
  if (naming.length > 0) {
    await dropSchema(session, spare)
    throw cannotBeRenamed(naming)
  }
  await session.query("UPDATE shared_schema.tenants SET state = 'spare' WHERE tenant_id = $1", [
    spare.id,
  ])
}

function cannotBeRenamed(naming: readonly string[]): MitraError {
  const message = `A migration writes the name of its schema into ${naming.join(', ')}.`
  return new MitraError('failed', 'NAMED_IN_TEXT', message, {
    hints: [
      'Such a schema cannot be made ahead and renamed; the spare was removed.',
      'Take the schema from the table that fires or from an argument, or set tenants.spares to 0.',
    ],
  })
}

/** Closed first: nobody can take it over while its tables go. */
async function removeSpare(session: Session, spare: Spare): Promise<void> {
  const {rowCount} = await session.query(
    "UPDATE shared_schema.tenants SET state = 'dropping'" +
      " WHERE tenant_id = $1 AND state <> 'active'",
    [spare.id],
  )
  if (rowCount > 0) await dropSchema(session, spare)
}
