import {createHash} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import type {Files} from '../../ports/files.js'
import type {JournalRun, Step} from '../../ports/journal.js'
import type {RetentionRules} from '../../ports/retention-rules.js'
import {certificatePath, readCertificates, type Certificate} from './certificate.js'
import {checkRules} from './check-rules.js'
import {countErasure, type EraseCount, type ErasedRows} from './erase-count.js'
import {findPerson, noSuchPerson} from './find-person.js'
import {personScope, type PersonScope} from './person-scope.js'
import {observeTableMap} from './table-map.js'
import {inTenant, type GovernedTenant} from './tenant-work.js'
import {refuseWithoutChain} from './verify.js'

export interface ErasePlan extends EraseCount {
  readonly steps: readonly Step[]
  /** Undefined when nobody is to be erased. */
  readonly person: string | undefined
  /** Certificates of erasures whose file is missing, because something was killed. */
  readonly missing: readonly Certificate[]
  /** What there is of an earlier erasure of the same person. */
  readonly former: Certificate | undefined
}

export interface EraseTools {
  readonly database: Database
  readonly rules: RetentionRules
  readonly files: Files
  /** The folder for certificates. */
  readonly folder: string
}

/** Looks at everything that the erasure would touch; nothing is changed. */
export async function planErase(
  tenant: GovernedTenant,
  given: string,
  tools: EraseTools & {readonly runs: readonly JournalRun[]},
): Promise<ErasePlan> {
  const session = await tools.database.connect({role: 'migrator'})
  try {
    return await inTenant(session, tenant, {mode: 'read'}, async () => {
      await refuseWithoutChain(session, tenant)
      const {person, scope} = await eraseScope(session, given, tools.rules)
      const certificates = await readCertificates(session)
      const missing = await cutOff(certificates, tools)
      const subject = subjectOf(tenant, person ?? given)
      const former = certificates.findLast((one) => one.subject === subject)
      const count =
        person === undefined
          ? {tables: [], records: 0}
          : await countErasure(session, person, {scope, rules: tools.rules})
      refuseHeld(count.tables, scope)
      const changed = changedRows(count) > 0 ? person : undefined
      if (person === undefined && missing.length === 0 && former === undefined) {
        throw noSuchPerson(given, tenant, tools.rules)
      }
      const steps = [
        ...(changed === undefined ? [] : eraseSteps(tenant, count, scope)),
        ...missing.map((one) => certificateStep(tenant, one.certificate)),
      ]
      return {...count, steps, person: changed, missing, former}
    })
  } finally {
    await session.close()
  }
}

/** Rows and records that are not yet as the erasure leaves them. */
function changedRows({tables, records}: EraseCount): number {
  return tables.reduce((sum, one) => sum + one.deleted + one.emptied, records)
}

export async function eraseScope(
  session: Session,
  given: string,
  rules: RetentionRules,
): Promise<{readonly person: string | undefined; readonly scope: PersonScope}> {
  const map = await observeTableMap(session)
  checkRules(rules, map)
  return {person: await findPerson(session, given, {rules, map}), scope: personScope(rules, map)}
}

/** Names a person to whoever knows the key, and to nobody else: a key is random. */
export function subjectOf({id}: GovernedTenant, person: string): string {
  return createHash('sha256').update(`${id} ${person.toLowerCase()}`).digest('hex')
}

/** The database says that it was done, the journal that the run was cut off, the disk has no file. */
async function cutOff(
  certificates: readonly Certificate[],
  {runs, files, folder}: EraseTools & {readonly runs: readonly JournalRun[]},
): Promise<readonly Certificate[]> {
  const unfinished = new Set(runs.filter(({outcome}) => outcome !== 'done').map(({id}) => id))
  const suspects = certificates.filter(({run}) => unfinished.has(run))
  const texts = await Promise.all(suspects.map((one) => files.read(certificatePath(folder, one))))
  return suspects.filter((_, index) => texts[index] === undefined)
}

function refuseHeld(tables: readonly ErasedRows[], scope: PersonScope): void {
  const refusing = tables.filter(
    ({table, held}) => held !== null && scope.ruleOf(table)?.hold?.mode === 'refuse',
  )
  const [first] = refusing
  if (first?.held === undefined || first.held === null) return
  const {rows, until, basis, confirmed} = first.held
  const end = until === null ? 'without an end yet' : `until ${until}`
  const message = `${rows} rows of ${first.table} must be kept ${end}: ${basis}.`
  throw new MitraError('refused', 'LEGAL_HOLD', message, {
    hints: [
      ...(confirmed ? [] : ['Counsel has not confirmed this rule.']),
      until === null ? 'Ask again when that has ended.' : `Ask again on ${until}.`,
      `retention.yml: tables.${first.table}.hold says so; mode redact keeps the rows without what is personal.`,
    ],
  })
}

function eraseSteps(
  tenant: GovernedTenant,
  {tables, records}: EraseCount,
  scope: PersonScope,
): readonly Step[] {
  const steps = tables.map((rows) => ({
    id: `tenant.erase.${tenant.name}.${rows.table}`,
    title: `${rows.table}: ${rowsText(rows, scope.ruleOf(rows.table)?.redact ?? [])}`,
    why: whyText(rows),
    undo: 'no' as const,
    detail: {deleted: rows.deleted, emptied: rows.emptied, kept: rows.kept},
  }))
  const evidence: Step = {
    id: `tenant.erase.${tenant.name}.audit_logs`,
    title: `audit_logs: empty ${records} records; their hashes stay`,
    why: 'evidence of what was done stays, what it says of the person goes',
    undo: 'no',
    detail: {emptied: records},
  }
  return [...steps, evidence, certificateStep(tenant, 'new')]
}

function rowsText({deleted, emptied, kept}: ErasedRows, columns: readonly string[]): string {
  const parts = [
    ...(deleted > 0 ? [`delete ${deleted}`] : []),
    ...(emptied > 0 ? [`keep ${kept} without ${columns.join(', ')}`] : []),
    ...(kept > 0 && emptied === 0 ? [`keep ${kept}`] : []),
  ]
  return parts.join(', ')
}

function whyText({held, kept, purpose}: ErasedRows): string {
  if (held !== null) {
    const end = held.until === null ? 'no end yet' : `until ${held.until}`
    return `${end}: ${held.basis}${held.confirmed ? '' : ' (not confirmed by counsel)'}`
  }
  return kept > 0 ? 'rows that stay refer to it' : (purpose ?? 'the person asks for it')
}

function certificateStep({name}: GovernedTenant, certificate: string): Step {
  return {
    id: `tenant.certificate.${name}.${certificate}`,
    title: 'Write the certificate of the erasure',
    why: 'what was done, when and by whom can be shown, without a word about the person',
    undo: 'no',
  }
}
