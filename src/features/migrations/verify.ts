import type {Database, QueryResult} from '../../ports/database.js'
import type {Migration, Migrations} from './files.js'
import {mayBeLate} from './plan.js'
import {counted} from './stages.js'

export type VerifyRule = 'edited' | 'missing' | 'late' | 'chain' | 'unfinished' | 'fingerprint'

export interface VerifyFinding {
  readonly rule: VerifyRule
  readonly version: string
  /** How many targets. */
  readonly count: number
  /** Some of them; `shared_schema` is one. */
  readonly targets: readonly string[]
  readonly what: string
  readonly fix: string
}

export interface Verification {
  /** Ledger rows that were looked at. */
  readonly records: number
  readonly findings: readonly VerifyFinding[]
  /** Targets whose last record has no fingerprint that can be compared: an older mitra made it. */
  readonly withoutFingerprint: number
}

const named = `FROM shared_schema.schema_migrations m LEFT JOIN shared_schema.tenants t USING (tenant_id)`
const name = `coalesce(t.name, CASE WHEN m.tenant_id IS NULL THEN 'shared_schema' END)`
const some = `(array_agg(${name} ORDER BY t.name) FILTER (WHERE ${name} IS NOT NULL))[1:5]`

// What ran, by file, and what of it is not through.
const filesSql = `SELECT m.tenant_id IS NULL, m.version, m.checksum, m.state, count(*), array_to_json(${some})
  ${named} GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2`

const chainSql = `SELECT m.version, count(*), array_to_json(${some}) FROM (
    SELECT tenant_id, version, previous_checksum,
      lag(checksum) OVER (PARTITION BY tenant_id ORDER BY position) AS before
      FROM shared_schema.schema_migrations) m
  LEFT JOIN shared_schema.tenants t USING (tenant_id)
 WHERE m.previous_checksum IS DISTINCT FROM m.before GROUP BY 1 ORDER BY 1`

// Tenants by the files that they have and what they were like after the last.
const printsSql = `SELECT versions, print, count(*), array_to_json((array_agg(t.name ORDER BY t.name))[1:5]) FROM (
    SELECT tenant_id, string_agg(version, ',' ORDER BY version) AS versions,
      (array_agg(fingerprint_after ORDER BY position DESC))[1] AS print
      FROM shared_schema.schema_migrations WHERE tenant_id IS NOT NULL GROUP BY 1) m
  JOIN shared_schema.tenants t USING (tenant_id) GROUP BY 1, 2 ORDER BY 1, 3 DESC`

/**
 * The ledger against the files, against itself and tenant against tenant: three questions, whatever the
 * number of tenants. It believes the ledger; whether the schemas still are what it says is drift.
 */
export async function verifyLedger(
  database: Database,
  migrations: Migrations,
): Promise<Verification> {
  const session = await database.connect({role: 'admin'})
  try {
    const files = readFiles(await session.query(filesSql))
    const chain = await session.query(chainSql)
    const prints = readPrints(await session.query(printsSql))
    return {
      records: files.reduce((sum, {count}) => sum + count, 0),
      findings: [
        ...files.flatMap((row) => fileFindings(row, migrations)),
        ...chain.rows.map(([version, count, names]) => brokenChain(version, count, names)),
        ...prints.flatMap((row) => lateFindings(row, migrations)),
        ...fingerprintFindings(prints),
      ],
      withoutFingerprint: prints
        .filter(({print}) => print === undefined)
        .reduce((sum, {count}) => sum + count, 0),
    }
  } finally {
    await session.close()
  }
}

interface FileRow {
  readonly isShared: boolean
  readonly version: string
  readonly checksum: string
  readonly state: string
  readonly count: number
  readonly targets: readonly string[]
}

function readFiles({rows}: QueryResult): readonly FileRow[] {
  return rows.map(([isShared, version, checksum, state, count, names]) => ({
    isShared: isShared === 't',
    version: String(version),
    checksum: String(checksum),
    state: String(state),
    count: Number(count),
    targets: namesIn(names),
  }))
}

interface PrintRow {
  readonly versions: readonly string[]
  readonly print: string | undefined
  readonly count: number
  readonly targets: readonly string[]
}

function readPrints({rows}: QueryResult): readonly PrintRow[] {
  return rows.map(([versions, print, count, names]) => ({
    versions: String(versions).split(','),
    print: typeof print === 'string' ? print : undefined,
    count: Number(count),
    targets: namesIn(names),
  }))
}

function namesIn(value: unknown): readonly string[] {
  const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : []
  return Array.isArray(parsed) ? parsed.map(String) : []
}

function fileFindings(row: FileRow, {shared, tenant}: Migrations): readonly VerifyFinding[] {
  const {isShared, version, count, targets} = row
  const file = (isShared ? shared : tenant).find((one) => one.version === version)
  const base = {version, count, targets}
  if (file === undefined) {
    const what = `Migration ${version} ran in ${whereText(row)}, but its file is gone.`
    return [{...base, rule: 'missing', what, fix: 'Get the file back, from git for example.'}]
  }
  if (row.state !== 'done') {
    const verb = row.state === 'running' ? 'begun' : 'being taken back'
    const what = `${file.path} is ${verb} and not through in ${whereText(row)}.`
    const fix = row.state === 'running' ? 'mitra db migrate' : 'mitra db rollback'
    return [{...base, rule: 'unfinished', what, fix}]
  }
  if (file.checksum === row.checksum) return []
  const what = `${file.path} was changed after it ran in ${whereText(row)}.`
  const fix = 'Put its text back; what is to be changed is a new migration: mitra db new.'
  return [{...base, rule: 'edited', what, fix}]
}

function brokenChain(version: unknown, count: unknown, names: unknown): VerifyFinding {
  const row = {count: Number(count), targets: namesIn(names)}
  return {
    rule: 'chain',
    version: String(version),
    ...row,
    what: `The record of ${String(version)} in ${whereText(row)} does not follow from the one before it.`,
    fix: 'Somebody changed the ledger by hand: look at shared_schema.schema_migrations of these.',
  }
}

/** A file that is missing below a newer one can never run there as it is. */
function lateFindings(
  {versions, count, targets}: PrintRow,
  {tenant: files}: Migrations,
): readonly VerifyFinding[] {
  const has = new Set(versions)
  const latest = versions.at(-1) ?? ''
  const isLate = (file: Migration) =>
    !has.has(file.version) && file.version < latest && !mayBeLate(file)
  return files.filter(isLate).map(({path, version}) => ({
    rule: 'late',
    version,
    count,
    targets,
    what: `${path} is older than ${latest}, which ${whereText({count, targets})} already has.`,
    fix: 'Rename the file to a later time, so that it runs in the same order everywhere.',
  }))
}

/** Tenants with the same files that came out otherwise than most. */
function fingerprintFindings(prints: readonly PrintRow[]): readonly VerifyFinding[] {
  const groups = new Map<string, PrintRow[]>()
  for (const row of prints) {
    if (row.print === undefined) continue
    // The definition comes first: what an older mitra made cannot be compared.
    const key = `${row.versions.join()} ${row.print.slice(0, row.print.indexOf(':'))}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].flatMap(([norm, ...others]) =>
    others.map(({versions, count, targets}) => ({
      rule: 'fingerprint' as const,
      version: versions.at(-1) ?? '',
      count,
      targets,
      what: `${whereText({count, targets})} came out of ${versions.at(-1)} otherwise than ${counted(norm?.count ?? 0, 'tenant')}.`,
      fix: 'mitra tenant drift',
    })),
  )
}

function whereText({count, targets}: Pick<VerifyFinding, 'count' | 'targets'>): string {
  const more = count - targets.length
  if (targets.length === 0) return counted(count, 'tenant')
  return more > 0
    ? `${targets.join(', ')} and ${more.toLocaleString('en')} more`
    : targets.join(', ')
}
