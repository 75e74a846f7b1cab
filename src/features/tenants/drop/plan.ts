import {MitraError} from '../../../errors.js'
import type {Archives} from '../../../ports/archives.js'
import type {Database} from '../../../ports/database.js'
import type {Step} from '../../../ports/journal.js'
import type {TenantSchema} from '../build.js'
import {countSessions} from '../sessions.js'
import {dropStepIds, isArchiveOfClosing, type EarlierDrop, type KeptArchive} from './earlier.js'

export interface DropPlan {
  readonly steps: readonly Step[]
  readonly tenant: TenantSchema
  readonly close: boolean
  /** Where to write the archive; undefined when there is one or none is wanted. */
  readonly archivePath: string | undefined
  /** The archive that is there already. */
  readonly kept: KeptArchive | undefined
}

interface DropWish {
  readonly tenant: TenantSchema & {readonly state: string}
  readonly archivePath: string
  readonly isArchiveWanted: boolean
  readonly earlier: EarlierDrop
}

/** A half restored tenant has its archive; one that is being dropped goes on where it was. */
export async function planDrop(
  {tenant, archivePath, isArchiveWanted, earlier}: DropWish,
  tools: {readonly database: Database; readonly archives: Archives},
): Promise<DropPlan> {
  const {database} = tools
  await refuseDependents(database, tenant)
  const close = tenant.state === 'active'
  const kept = await keptFor(tenant, earlier, tools)
  const isMade = isArchiveWanted && kept === undefined && needsArchive(tenant, earlier)
  const open = close ? await countSessions(database, tenant.login) : 0
  const relations = await countRelations(database, tenant.schema)
  const steps = [
    ...(close ? [closeStep(tenant, open)] : []),
    ...(isMade ? [archiveStep(tenant, archivePath)] : []),
    dropStep(tenant, relations, isMade || kept !== undefined),
  ]
  return {steps, tenant, close, kept, archivePath: isMade ? archivePath : undefined}
}

async function keptFor(
  tenant: DropWish['tenant'],
  {kept}: EarlierDrop,
  tools: {readonly database: Database; readonly archives: Archives},
): Promise<KeptArchive | undefined> {
  if (tenant.state !== 'dropping' || kept === undefined) return undefined
  return (await isArchiveOfClosing(kept, tenant, tools)) ? kept : undefined
}

/** One that is half restored lies in the archive it came from; one that was to go without, goes on so. */
function needsArchive({state}: DropWish['tenant'], {isWithout}: EarlierDrop): boolean {
  return state === 'active' || (state === 'dropping' && !isWithout)
}

function closeStep({name, login}: TenantSchema, open: number): Step {
  const ends = open === 0 ? '' : `, end its ${open} open ${open === 1 ? 'session' : 'sessions'}`
  return {
    id: dropStepIds(name).close,
    title: `Close ${name}: ${login} cannot log in any more${ends}`,
    why: 'nothing may be written after the archive',
    undo: 'automatic',
  }
}

function archiveStep({name}: TenantSchema, path: string): Step {
  return {
    id: dropStepIds(name).archive,
    title: `Archive ${name} to ${path} and verify it`,
    why: 'mitra tenant restore brings it back from there',
    undo: 'no',
    detail: {path},
  }
}

function dropStep(
  {name, schema, login}: TenantSchema,
  relations: number,
  isArchived: boolean,
): Step {
  return {
    id: dropStepIds(name).drop,
    title: `Drop ${schema} (${relations} relations, some at a time), ${login} and their records`,
    why: 'it was asked for',
    undo: isArchived ? 'automatic' : 'no',
    detail: {schema, login},
  }
}

async function countRelations(database: Database, schema: string): Promise<number> {
  const session = await database.connect({role: 'migrator'})
  try {
    const {rows} = await session.query(
      'SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident($1))',
      [schema],
    )
    return Number(rows[0]?.[0])
  } finally {
    await session.close()
  }
}

/** What CASCADE would take with it that is not the tenant's. */
async function refuseDependents(database: Database, {name, schema}: TenantSchema): Promise<void> {
  const session = await database.connect({role: 'migrator'})
  try {
    const {rows} = await session.query(dependentsSql, [schema])
    if (rows.length === 0) return
    const all = rows.map(([what]) => String(what)).join(', ')
    throw new MitraError('refused', 'DEPENDED_ON', `${all} would be dropped with ${name}.`, {
      hints: ['Take away what outside its schema builds on it, then run the command again.'],
    })
  } finally {
    await session.close()
  }
}

const dependentsSql = `
WITH own AS (SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident($1))),
outside AS (
  SELECT v.oid, v.relnamespace, v.relname FROM pg_depend d JOIN own ON own.oid = d.refobjid
    JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_class v ON v.oid = r.ev_class
   WHERE d.refclassid = 'pg_class'::regclass
  UNION
  SELECT t.oid, t.relnamespace, t.relname FROM pg_constraint k JOIN own ON own.oid = k.confrelid
    JOIN pg_class t ON t.oid = k.conrelid
)
SELECT format('%s.%I', relnamespace::regnamespace, relname) FROM outside
 WHERE relnamespace <> to_regnamespace(quote_ident($1)) ORDER BY 1`
