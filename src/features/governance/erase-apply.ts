import {randomUUID} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'
import type {RunWriter} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import {identifier} from '../../ports/sql-text.js'
import {sealCertificate, type Certificate} from './certificate.js'
import {chainEvents} from './chain-sql.js'
import {eraseConditions, type EraseConditions} from './erase-conditions.js'
import {countErasure, targetSql, type EraseCount} from './erase-count.js'
import {eraseScope, subjectOf, type ErasePlan, type EraseTools} from './erase-plan.js'
import type {PersonScope} from './person-scope.js'
import {appendEvent} from './seal.js'
import {inTenant, type GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'

/** Who erases, for the certificate. */
export interface EraseRequest {
  readonly by: string
  readonly request: string | null
  readonly at: Date
  readonly toolVersion: string
  /** SHA-256 of retention.yml. */
  readonly rulesDigest: string
}

interface Erasing extends EraseTools {
  readonly run: RunWriter
  readonly progress: Progress
}

// A record of the chain names the rows that it emptied; so many at once keep it small enough to read.
const rowsAnEvent = 1000

/**
 * All of it in one transaction: exactly what was planned, or nothing. What the plan did not see (a row
 * written since, another erasure) is an error, and the next plan has it.
 */
export async function applyErase(
  tenant: GovernedTenant,
  {person, tables, records}: ErasePlan & {readonly person: string},
  request: EraseRequest,
  tools: Erasing,
): Promise<Certificate> {
  const steps = [...tables.map(({table}) => table), 'audit_logs'].map(
    (table) => `tenant.erase.${tenant.name}.${table}`,
  )
  for (const step of steps) tools.progress.started(step)
  const session = await tools.database.connect({role: 'migrator'})
  try {
    const settings = {'mitra.erasure': 'on', statement_timeout: '10min', lock_timeout: '10s'}
    const certificate = await inTenant(session, tenant, {mode: 'write', settings}, async () => {
      const {scope} = await eraseScope(session, person, tools.rules)
      await lockPerson(session, person, scope)
      const count = await countErasure(session, person, {scope, rules: tools.rules})
      refuseChanged({tables, records}, count)
      const conditions = eraseConditions(scope)
      const emptied = await emptyEvidence(
        session,
        person,
        targetSql(scope, tools.rules, conditions),
      )
      await eraseRows(session, person, {scope, conditions})
      const made = sealCertificate({
        certificate: randomUUID(),
        tenant: tenant.name,
        tenantId: tenant.id,
        subject: subjectOf(tenant, person),
        erasedAt: request.at.toISOString(),
        by: request.by,
        request: request.request,
        run: tools.run.id,
        toolVersion: request.toolVersion,
        rules: request.rulesDigest,
        tables,
        records: emptied.length,
      })
      await recordErasure(session, tenant, {certificate: made, emptied})
      return made
    })
    for (const step of steps) await tools.run.done(step, {certificate: certificate.certificate})
    return certificate
  } finally {
    await session.close()
  }
}

/** Nobody adds rows that refer to the person meanwhile: a foreign key waits for this lock. */
async function lockPerson(session: Session, person: string, scope: PersonScope): Promise<void> {
  const [root] = scope.tables
  if (root === undefined) return
  const {rows} = await session.query(
    `SELECT FROM ${identifier(root.name)} WHERE ${identifier(root.key)} = $1 FOR UPDATE`,
    [person],
  )
  if (rows.length === 0) throw changedMeanwhile()
}

function refuseChanged(planned: EraseCount, found: EraseCount): void {
  const {tables, records} = planned
  if (JSON.stringify({tables, records}) !== JSON.stringify(found)) throw changedMeanwhile()
}

function changedMeanwhile(): MitraError {
  const message = 'The rows of this person changed since they were counted; nothing was erased.'
  return new MitraError('failed', 'CHANGED_MEANWHILE', message, {
    hints: ['Run the command again: it counts anew.'],
  })
}

interface EmptiedRecord {
  readonly record: string
  /** SHA-256 of what is left in it, in hex. */
  readonly left: string
}

/** The values go, their hash takes their place in the link: the chain is over hashes and stays whole. */
async function emptyEvidence(
  session: Session,
  person: string,
  target: string,
): Promise<readonly EmptiedRecord[]> {
  const text = (prefix: string) =>
    `coalesce(${prefix}.old_values::text, '') || E'\\n' || coalesce(${prefix}.new_values::text, '') || E'\\n' ||
     coalesce(${prefix}.ip_address::text, '') || E'\\n' || coalesce(${prefix}.user_agent, '')`
  const changed = await session.query(
    `WITH ${target},
salted AS (
  UPDATE audit_links l SET salt = NULL,
      digest = sha256(uuid_send(l.salt) || convert_to(${text('t')}, 'UTF8'))
    FROM target t WHERE l.log_id = t.log_id AND l.salt IS NOT NULL),
emptied AS (
  UPDATE audit_logs a SET old_values = t.left_old, new_values = t.left_new,
      ip_address = t.left_address, user_agent = t.left_agent
    FROM target t WHERE a.log_id = t.log_id AND a.timestamp = t.timestamp
  RETURNING a.log_id, sha256(convert_to(${text('a')}, 'UTF8')) AS left_digest)
SELECT log_id, encode(left_digest, 'hex') FROM emptied ORDER BY 1`,
    [person],
  )
  return textRows(changed).map(([record = '', left = '']) => ({record, left}))
}

/** Children first; what stays is emptied before the rest goes. */
async function eraseRows(
  session: Session,
  person: string,
  {scope, conditions}: {readonly scope: PersonScope; readonly conditions: EraseConditions},
): Promise<void> {
  for (const {name} of scope.tables.toReversed()) {
    const table = identifier(name)
    const own = scope.own(name, 't')
    const stays = conditions.stays(name, 't')
    const columns = (scope.ruleOf(name)?.redact ?? []).map(identifier)
    if (columns.length > 0 && stays !== 'false') {
      const empty = columns.map((column) => `${column} = NULL`).join(', ')
      const full = `num_nonnulls(${columns.map((column) => `t.${column}`).join(', ')}) > 0`
      await session.query(`UPDATE ${table} t SET ${empty} WHERE ${own} AND ${stays} AND ${full}`, [
        person,
      ])
    }
    await session.query(`DELETE FROM ${table} t WHERE ${own} AND NOT ${stays}`, [person])
  }
}

/** The chain says itself what was emptied; without that, the verification would call it tampering. */
async function recordErasure(
  session: Session,
  tenant: GovernedTenant,
  {
    certificate,
    emptied,
  }: {readonly certificate: Certificate; readonly emptied: readonly EmptiedRecord[]},
): Promise<void> {
  const pages = Array.from({length: Math.ceil(emptied.length / rowsAnEvent)}, (_, page) =>
    emptied.slice(page * rowsAnEvent, (page + 1) * rowsAnEvent),
  )
  for (const page of pages) {
    const rows = Object.fromEntries(page.map(({record, left}) => [record, left]))
    await appendEvent(session, tenant, chainEvents.erase, {rows})
  }
  await appendEvent(session, tenant, chainEvents.erase, {
    rows: {},
    certificate: JSON.stringify(certificate),
  })
}
