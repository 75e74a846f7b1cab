import type {Database} from '../../../ports/database.js'
import {MitraError} from '../../../errors.js'
import {ledgerDefinition} from '../ledger.js'
import {factsDefinition} from '../facts.js'
import {driftSettings, driftSql, mostDifferences} from './statement.js'
import type {RepairTarget} from './repair-case.js'
import {repairSql, rankOfRepair} from './repair.js'

/** Schemas that are equal and have the same files. */
export interface DriftCluster {
  readonly version: string | null
  readonly fingerprint: string | null
  /** The others of the same files are compared with it. */
  readonly isNorm: boolean
  /** Whether they are as the ledger recorded them; `unknown` for rows of an older mitra. */
  readonly recorded: 'same' | 'different' | 'unknown'
  readonly tenants: readonly string[]
  /** Schemas made ahead that are in it, too. */
  readonly spares: number
}

export interface DriftDifference {
  readonly kind: string
  readonly object: string
  /** The relation that has it: of partitions, which are compared as one, the one that is meant. */
  readonly place: string
  readonly expected: string | null
  readonly found: string | null
  /** SQL that makes it as expected and loses no rows; empty where there is none that is safe. */
  readonly repair: readonly string[]
}

/** What is wrong with some tenants, alike in all of them. */
export interface DriftFinding {
  readonly tenants: readonly string[]
  readonly spares: number
  readonly what: 'differs' | 'not-as-recorded' | 'missing'
  readonly why: string
  readonly differences: readonly DriftDifference[]
  /** More were found than are listed. */
  readonly isCut: boolean
}

export interface DriftReport {
  /** Schemas looked at, spares and shared_schema among them. */
  readonly schemas: number
  readonly clusters: readonly DriftCluster[]
  readonly findings: readonly DriftFinding[]
}

interface GroupRow {
  readonly is: 'group'
  readonly chain: string
  readonly version: string | null
  readonly print: string | null
  readonly recorded: string | null
  readonly schemas: number
  readonly spares: number
  readonly names: readonly string[]
  readonly first: readonly [name: string, schema: string, login: string, id: string]
  readonly isMissing: boolean
  readonly isNorm: boolean
}

interface FactRow {
  readonly is: 'fact'
  readonly chain: string
  readonly print: string
  readonly kind: string
  readonly object: string
  readonly place: string
  readonly expected: string | null
  readonly found: string | null
  readonly usual: string | null
}

/** Looks at every schema of the fleet in one statement and compares them. Changes nothing. */
export async function observeDrift(database: Database): Promise<DriftReport> {
  const session = await database.connect({role: 'admin'})
  try {
    const {rows: there} = await session.query(
      "SELECT obj_description(to_regclass('shared_schema.schema_migrations')) = $1," +
        " to_regclass('shared_schema.tenants') IS NOT NULL",
      [ledgerDefinition],
    )
    const [isCurrent, hasTenants] = there[0] ?? []
    if (isCurrent !== 't' || hasTenants !== 't') throw ledgerIsOld()
    const {rows} = await session.script(`${driftSettings};\n${driftSql()};\nCOMMIT`)
    return driftReport(rows.map(([row]): GroupRow | FactRow => JSON.parse(String(row))))
  } finally {
    await session.close()
  }
}

function ledgerIsOld(): MitraError {
  const message = 'The ledger of migrations is not there, or that of an older mitra.'
  return new MitraError('notReady', 'LEDGER_OLD', message, {
    hints: ['mitra db migrate brings it up to date.'],
  })
}

function driftReport(rows: readonly (GroupRow | FactRow)[]): DriftReport {
  const groups = rows.filter((row) => row.is === 'group')
  const facts = rows.filter((row) => row.is === 'fact')
  return {
    schemas: groups.reduce((sum, {schemas}) => sum + schemas, 0),
    clusters: groups.map(asCluster).toSorted(bySize),
    findings: groups.flatMap((group) => findingsOf(group, groups, facts)),
  }
}

function asCluster(group: GroupRow): DriftCluster {
  const {version, print: fingerprint, isNorm, names: tenants, spares} = group
  return {version, fingerprint, isNorm, recorded: recordedState(group), tenants, spares}
}

function bySize(one: DriftCluster, other: DriftCluster): number {
  return other.tenants.length + other.spares - one.tenants.length - one.spares
}

/** Fingerprints of another definition of facts cannot be compared. */
function recordedState({print, recorded}: GroupRow): DriftCluster['recorded'] {
  if (print === null || recorded === null) return 'unknown'
  if (!recorded.startsWith(`${factsDefinition}:`)) return 'unknown'
  return recorded === print ? 'same' : 'different'
}

function findingsOf(
  group: GroupRow,
  groups: readonly GroupRow[],
  facts: readonly FactRow[],
): readonly DriftFinding[] {
  const {names: tenants, spares} = group
  const who = {tenants, spares, differences: [], isCut: false}
  if (group.isMissing) {
    const why = 'The registry has it, the database has no such schema.'
    return [{...who, what: 'missing', why}]
  }
  if (group.print === null) {
    const why = 'More schemas differ than are read in one look: repair the others first.'
    return [{...who, what: 'differs', why, isCut: true}]
  }
  const isChanged = recordedState(group) === 'different'
  if (group.isNorm) return isChanged ? [{...who, what: 'not-as-recorded', why: changedAll}] : []
  const found = facts.filter(({chain, print}) => chain === group.chain && print === group.print)
  const norm = groups.filter(({chain, isNorm}) => chain === group.chain && isNorm)
  const others = norm.reduce((sum, {schemas}) => sum + schemas, 0)
  const since = isChanged ? ', changed after its last migration' : ''
  const why = `It differs from ${others} other${others === 1 ? '' : 's'} with the same files${since}.`
  const target = targetOf(group)
  const differences = paired(found)
    .slice(0, mostDifferences)
    .map((one) => ({...one, repair: repairSql(one, target)}))
    // In the order in which the repairs can be run.
    .toSorted((one, other) => rankOfRepair(one) - rankOfRepair(other))
  return [{...who, what: 'differs', why, differences, isCut: found.length > mostDifferences}]
}

const changedAll =
  'It is not as the ledger recorded it after its last migration, and no other tenant is: what was changed cannot be told.'

function targetOf({first: [, schema, login, id]}: GroupRow): RepairTarget {
  return {schema, login, id}
}

type Found = Omit<DriftDifference, 'repair'>

/** What is expected and what is found of one thing become one difference. */
function paired(facts: readonly FactRow[]): readonly Found[] {
  const things = new Map<string, FactRow[]>()
  for (const fact of facts) {
    const key = `${fact.kind} ${fact.object}`
    things.set(key, [...(things.get(key) ?? []), fact])
  }
  return [...things.values()].flatMap(ofOneThing)
}

/** Of partitions, which are one thing, each can differ in its own way. */
function ofOneThing(facts: readonly FactRow[]): readonly Found[] {
  const wanted = facts.filter(({expected}) => expected !== null)
  const seen = facts.filter(({found}) => found !== null)
  const longer = seen.length > wanted.length ? seen : wanted
  return longer.map(({kind, object, usual}, nth) => {
    const [one, other] = [wanted[nth] ?? wanted.at(-1), seen[nth]]
    const place = other?.place ?? one?.place ?? object
    return {kind, object, place, expected: one?.expected ?? usual, found: other?.found ?? null}
  })
}
