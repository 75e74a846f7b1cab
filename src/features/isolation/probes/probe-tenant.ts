import {MitraError} from '../../../errors.js'
import type {Database, Login, Session} from '../../../ports/database.js'
import {identifier, literal} from '../../../ports/sql-text.js'
import type {IsolationFinding} from '../finding.js'
import type {RegisteredTenant} from '../registry.js'
import {canaryInsert} from './canary.js'
import {loginAttempts} from './login-attempts.js'
import type {ProbePair} from './pair.js'
import {fixOf} from './probe-rules.js'
import {routineCalls, tellingRoutines} from './routine-attempts.js'
import {
  controlAttempts,
  foreignKeyAttempts,
  objectOf,
  ownerAttempts,
  rowAttempts,
  targetOf,
  uniqueAttempts,
} from './row-attempts.js'
import {readShape, type RelationShape, type SchemaShape} from './shape.js'
import {readEach, tryAll, type Attempt} from './trial.js'

/** What could not be tried, and why; no finding, since the catalogue was looked at all the same. */
export interface Untried {
  readonly tenant: string
  readonly object: string
  readonly why: string
}

export interface ProbeOutcome {
  readonly attempts: number
  readonly findings: readonly IsolationFinding[]
  readonly untried: readonly Untried[]
}

export interface ProbeTools {
  readonly database: Database
  /** The superuser's session that makes rows up; nothing that is done in it is ever committed. */
  readonly admin: Session
  readonly roles: readonly string[]
  /** Undefined where this workspace does not keep the password. */
  readonly loginOf: (tenant: RegisteredTenant) => Promise<Login | undefined>
}

interface Shapes {
  readonly own: SchemaShape
  readonly other: SchemaShape
}

/** Tries all that one tenant might do to reach another, and leaves no trace. */
export async function probeTenant(pair: ProbePair, tools: ProbeTools): Promise<ProbeOutcome> {
  const own = await readShape(tools.admin, pair.own)
  const other = pair.other === undefined ? own : await readShape(tools.admin, pair.other)
  const asLogin = await probeLogin(pair, {own, other}, tools)
  const asOwn = await inTransaction(tools.admin, (admin) =>
    probeRows(pair, {own, other}, admin),
  ).catch((error: unknown) => failed(pair, pair.own.schema, error))
  return merged([asLogin, asOwn], pair)
}

/** The login itself, with its own password, in a transaction that is taken back. */
async function probeLogin(
  pair: ProbePair,
  shapes: Shapes,
  {database, loginOf, roles}: ProbeTools,
): Promise<ProbeOutcome> {
  const {login: user} = pair.own
  const login = await loginOf(pair.own)
  if (login === undefined) {
    const what = 'its password is not kept in this workspace'
    return {attempts: 0, findings: [finding(pair, 'probe.untried', user, what)], untried: []}
  }
  let session: Session | undefined
  try {
    session = await database.connect(login, {applicationName: 'mitra tenant check'})
    const attempts = loginAttempts(pair, {...shapes, roles: [...roles, ...otherLogin(pair)]})
    return await inTransaction(session, async (open) => judge(pair, open, attempts))
  } catch (error) {
    return failed(pair, user, error)
  } finally {
    await session?.close()
  }
}

function otherLogin({other}: ProbePair): readonly string[] {
  return other === undefined ? [] : [other.login]
}

/**
 * Rows of both tenants are made up, those of the other one in both schemas; then the session is the
 * tenant (SET SESSION AUTHORIZATION: session_user and every right are its own) and tries to reach them.
 */
async function probeRows(
  pair: ProbePair,
  {own, other}: Shapes,
  admin: Session,
): Promise<ProbeOutcome> {
  const tables = canaryTables(own)
  await becomeAdmin(admin, 'replica')
  const ownPlanted = await plant(admin, pair.own.schema, tables, [pair.ownSeed])
  const calls = routineCalls(own, pair)
  await becomeTenant(admin, pair)
  const before = await tryAll(admin, calls)
  const again = await tryAll(admin, calls)

  await becomeAdmin(admin, 'replica')
  const otherPlanted = await plant(admin, pair.own.schema, tables, [pair.otherSeed])
  if (pair.other !== undefined) {
    await plant(admin, pair.other.schema, canaryTables(other), [pair.otherSeed])
  }
  await becomeTenant(admin, pair)
  const after = await tryAll(admin, calls)
  const seen = ownPlanted.tables
  // What could not be written is most likely locked: do not wait for it once more.
  const left = new Set(otherPlanted.untried.map(({object}) => object))
  const triable = own.relations.filter((relation) => !left.has(objectOf(relation, pair)))
  const rows = await judge(pair, admin, [
    ...controlAttempts(seen, pair),
    ...rowAttempts({...own, relations: triable}, pair),
    ...uniqueAttempts(otherPlanted.tables, pair),
  ])
  const copies = await probeCopies(pair, admin, seen)

  await becomeAdmin(admin, 'origin')
  await becomeTenant(admin, pair)
  const keys = await judge(pair, admin, foreignKeyAttempts(own, pair))
  await becomeAdmin(admin, 'replica')
  await admin.script('SET LOCAL SESSION AUTHORIZATION mitra_migrator')
  const owner = await judge(pair, admin, ownerAttempts(own, seen, pair))
  const telling = tellingRoutines(calls, {before, again, after})
  const routines: ProbeOutcome = {
    attempts: calls.length,
    findings: telling.map((object) =>
      finding(pair, 'probe.reads', object, 'its answer changes with the rows of another tenant'),
    ),
    untried: [...ownPlanted.untried, ...otherPlanted.untried].map((one) => ({
      tenant: pair.own.name,
      ...one,
    })),
  }
  return merged([rows, copies, keys, owner, routines], pair)
}

function canaryTables({relations}: SchemaShape): readonly RelationShape[] {
  return relations.filter(
    ({kind, isPartition, hasTenant}) => kind === 'table' && !isPartition && hasTenant,
  )
}

/** Puts one row of each seed into each table; they stay until the transaction is taken back. */
async function plant(
  admin: Session,
  schema: string,
  tables: readonly RelationShape[],
  seeds: readonly ProbePair['ownSeed'][],
) {
  const inserts = tables.flatMap((table) => seeds.map((seed) => canaryInsert(schema, table, seed)))
  const answers = await tryAll(
    admin,
    inserts.map((sql) => ({sql: [sql], isQuery: false})),
    {keeps: true},
  )
  const isThere = (place: number) => (answers[place]?.rows ?? 0) > 0
  return {
    tables: tables.filter((_, place) => isThere(place)),
    untried: tables.flatMap(({name}, place) => {
      const why = answers[place]?.message ?? 'there is no row to make one after'
      return isThere(place) ? [] : [{object: `${schema}.${name}`, why}]
    }),
  }
}

// COPY of a whole table is as long as the table: of large ones the made-up rows alone.
const mostPages = 128

/** COPY to the client of the tables in which rows were made up: what comes is what SELECT shows. */
async function probeCopies(
  pair: ProbePair,
  session: Session,
  tables: readonly RelationShape[],
): Promise<ProbeOutcome> {
  const isSmall = ({pages}: RelationShape) => pages <= mostPages
  const rowsOf = (table: RelationShape, id: string) =>
    `SELECT FROM ${targetOf(table, pair)} WHERE tenant_id = ${literal(id)}`
  const counts = await tryAll(
    session,
    tables.map((table) => ({
      sql: [`SELECT count(*) FROM (${rowsOf(table, pair.own.id)}) x`],
      isQuery: true,
    })),
  )
  const copies = await readEach(
    session,
    tables.map((table) => {
      const source = isSmall(table) ? targetOf(table, pair) : `(${rowsOf(table, pair.otherId)})`
      return `COPY ${source} TO STDOUT`
    }),
  )
  const telling = tables.filter((table, place) => {
    const expected = isSmall(table) ? Number(counts[place]?.value ?? 0) : 0
    return (copies[place]?.rows ?? 0) > expected
  })
  return {
    attempts: tables.length,
    findings: telling.map((table) =>
      finding(pair, 'probe.reads', objectOf(table, pair), 'COPY gives rows of another tenant'),
    ),
    untried: [],
  }
}

async function judge(
  pair: ProbePair,
  session: Session,
  attempts: readonly Attempt[],
): Promise<ProbeOutcome> {
  const answers = await tryAll(session, attempts)
  const findings = attempts.flatMap(({rule, object, shows}, place) => {
    const answer = answers[place]
    const what = answer === undefined ? undefined : shows(answer)
    return what === undefined ? [] : [finding(pair, rule, object, what)]
  })
  return {attempts: attempts.length, findings, untried: []}
}

function finding({own}: ProbePair, rule: string, object: string, what: string): IsolationFinding {
  return {tenant: own.name, rule, object, what, fix: fixOf(rule, object, own)}
}

/** What the server refused or did not answer; anything else is a bug of ours. */
function failed(pair: ProbePair, object: string, error: unknown): ProbeOutcome {
  if (!(error instanceof MitraError)) throw error
  const findings = [finding(pair, 'probe.untried', object, error.message)]
  return {attempts: 0, findings, untried: []}
}

/** The superuser again; triggers and foreign keys work in `origin` alone. */
async function becomeAdmin(admin: Session, role: 'replica' | 'origin'): Promise<void> {
  await admin.script(
    `RESET SESSION AUTHORIZATION; SET LOCAL session_replication_role = ${role};` +
      ' SET LOCAL search_path = pg_catalog, pg_temp',
  )
}

async function becomeTenant(admin: Session, {own}: ProbePair): Promise<void> {
  await admin.script(
    `SET LOCAL search_path = ${identifier(own.schema)}, shared_schema;` +
      ` SET LOCAL SESSION AUTHORIZATION ${identifier(own.login)}`,
  )
}

/** Short waits only: what people do goes first. Whatever happens, it is taken back. */
export async function inTransaction<T>(
  session: Session,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await session.script(
    "BEGIN; SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = '20s';" +
      " SET LOCAL idle_in_transaction_session_timeout = '20s'; SET LOCAL jit = off",
  )
  try {
    return await work(session)
  } finally {
    await session.script('ROLLBACK')
  }
}

function merged(outcomes: readonly ProbeOutcome[], {own}: ProbePair): ProbeOutcome {
  const all = outcomes.flatMap(({findings}) => findings)
  const keys = all.map(({rule, object, what}) => `${rule}\n${object}\n${what}`)
  return {
    attempts: outcomes.reduce((sum, {attempts}) => sum + attempts, 0),
    findings: all.filter((_, place) => keys.indexOf(keys[place] ?? '') === place),
    untried: outcomes.flatMap(({untried}) => untried).map((one) => ({...one, tenant: own.name})),
  }
}
