import type {Session} from '../../ports/database.js'
import {identifier} from '../../ports/sql-text.js'
import type {AloneStatement} from './concurrent.js'

interface StatementPlace {
  readonly session: Session
  /** Where a name without a schema is. */
  readonly schema: string
}

interface SqlName {
  readonly schema: string | undefined
  readonly name: string
}

/** Before a statement is run again: removes what is left of it. True when it is done already. */
export async function cleanBefore(one: AloneStatement, place: StatementPlace): Promise<boolean> {
  switch (one.kind) {
    case 'create-index': {
      const name = indexOf(one)
      if (name === undefined) return false
      const state = await indexState(name, place)
      if (state === 'broken') await dropIndex(name, place)
      return state === 'valid'
    }
    case 'drop-index':
      return (await indexState(one.index, place)) === 'absent'
    case 'reindex':
      await dropShadows(one.target, place)
      return false
    case 'detach':
      return finishDetach(one, place)
    case 'ordinary':
      return false
    default:
      return false
  }
}

/** Whether what the statement is for is there: an index that is made concurrently may come out broken. */
export async function isThereAfter(one: AloneStatement, place: StatementPlace): Promise<boolean> {
  if (one.kind !== 'create-index') return true
  const name = indexOf(one)
  return name === undefined || (await indexState(name, place)) === 'valid'
}

/** After a statement failed. */
export async function removeBroken(one: AloneStatement, place: StatementPlace): Promise<void> {
  if (one.kind === 'reindex') await dropShadows(one.target, place)
  if (one.kind !== 'create-index') return
  const name = indexOf(one)
  if (name !== undefined && (await indexState(name, place)) === 'broken') {
    await dropIndex(name, place)
  }
}

/** An index is in the schema of its table. */
function indexOf(one: AloneStatement): SqlName | undefined {
  if (one.kind !== 'create-index' || one.index === undefined) return undefined
  return {schema: one.table.schema, name: one.index}
}

async function indexState(
  {schema, name}: SqlName,
  place: StatementPlace,
): Promise<'absent' | 'broken' | 'valid'> {
  const {rows} = await place.session.query(
    `SELECT i.indisvalid AND i.indisready FROM pg_index i
       JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema ?? place.schema, name],
  )
  const isValid = rows[0]?.[0]
  if (isValid === undefined) return 'absent'
  return isValid === 't' ? 'valid' : 'broken'
}

async function dropIndex({schema, name}: SqlName, place: StatementPlace): Promise<void> {
  const full = `${identifier(schema ?? place.schema)}.${identifier(name)}`
  await place.session.script(`DROP INDEX CONCURRENTLY IF EXISTS ${full}`)
}

/** REINDEX CONCURRENTLY builds beside the old index; cut off, it leaves `name_ccnew` or `name_ccold`. */
async function dropShadows({schema, name}: SqlName, place: StatementPlace): Promise<void> {
  const {rows} = await place.session.query(
    `SELECT n.nspname, c.relname FROM pg_index i
       JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
        AND i.indrelid IN (SELECT o.oid FROM pg_class o WHERE o.relnamespace = n.oid AND o.relname = $2
          UNION SELECT x.indrelid FROM pg_index x JOIN pg_class o ON o.oid = x.indexrelid
           WHERE o.relnamespace = n.oid AND o.relname = $2)`,
    [schema ?? place.schema, name],
  )
  for (const [inSchema, index] of rows) {
    await dropIndex({schema: String(inSchema), name: String(index)}, place)
  }
}

/** Cut off between its two transactions, a partition is neither in nor out. */
async function finishDetach(
  {parent, partition}: Extract<AloneStatement, {kind: 'detach'}>,
  place: StatementPlace,
): Promise<boolean> {
  const full = ({schema, name}: SqlName) =>
    `${identifier(schema ?? place.schema)}.${identifier(name)}`
  const {rows} = await place.session.query(
    'SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass($1)',
    [full(partition)],
  )
  const isPending = rows[0]?.[0]
  if (isPending === undefined) return true
  if (isPending === 't') {
    await place.session.script(
      `ALTER TABLE ${full(parent)} DETACH PARTITION ${full(partition)} FINALIZE`,
    )
  }
  return isPending === 't'
}
