import {createHash} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {Database, Session} from '../../ports/database.js'
import type {Anchor} from './anchors.js'
import {
  brokenSealsSql,
  chainEvents,
  chainResource,
  chainTotalsSql,
  laneEndsSql,
  wrongLinksSql,
} from './chain-sql.js'
import {explainWrong, type ChainFinding, type WrongLink} from './chain-findings.js'
import {textRows} from './text-rows.js'
import {inTenant, type GovernedTenant} from './tenant-work.js'

/** What became of one tenant's evidence. */
export interface ChainReport {
  readonly tenant: string
  readonly records: number
  /** Records whose values were erased; their hashes still fit. */
  readonly erased: number
  readonly lanes: number
  readonly seals: number
  readonly sealedAt: string | null
  /** Seals that the journal remembers and the chain was compared with. */
  readonly anchors: number
  /** One hash over the ends of all lanes: equal heads, equal evidence. */
  readonly head: string
  readonly wrong: number
  /** The first hundred of them. */
  readonly findings: readonly ChainFinding[]
}

const mostShown = 100
const rowsAtOnce = 500

/** Recomputes every link inside the server; only what does not fit comes here, a few rows at a time. */
export async function verifyChain(
  database: Database,
  tenant: GovernedTenant,
  anchors: readonly Anchor[],
): Promise<ChainReport> {
  const session = await database.connect({role: 'migrator'})
  try {
    return await inTenant(session, tenant, {mode: 'read', settings: quickJoins}, async () => {
      await refuseWithoutChain(session, tenant)
      const totals = textRows(await session.query(chainTotalsSql))
      const ends = textRows(await session.query(laneEndsSql))
      const wrong = await readWrong(session)
      const seals = await brokenSeals(session)
      const own = anchors.filter(({tenantId}) => tenantId === tenant.id)
      const missing = await missingAnchors(session, own)
      const [records, erased, sealed, sealedAt] = totals[0] ?? []
      return {
        tenant: tenant.name,
        records: Number(records),
        erased: Number(erased),
        lanes: ends.length,
        seals: Number(sealed),
        sealedAt: sealedAt ?? null,
        anchors: own.length,
        head: headOf(ends),
        wrong: wrong.count + seals.length + missing.length,
        findings: [...explainWrong(wrong.first), ...seals, ...missing].slice(0, mostShown),
      }
    })
  } finally {
    await session.close()
  }
}

/** A tenant that misses a migration is told so, not `relation does not exist`. */
export async function refuseWithoutChain(session: Session, {name}: GovernedTenant): Promise<void> {
  const {rows} = await session.query("SELECT to_regclass('audit_links') IS NOT NULL")
  if (rows[0]?.[0] === 't') return
  throw new MitraError('notReady', 'TENANT_PENDING', `${name} misses migrations that this needs.`, {
    hints: ['mitra db migrate'],
  })
}

const quickJoins = {enable_nestloop: 'off', work_mem: '64MB', statement_timeout: '30min'}

async function readWrong(session: Session) {
  await session.script(`DECLARE wrong NO SCROLL CURSOR FOR ${wrongLinksSql}`)
  const first: WrongLink[] = []
  let count = 0
  for (;;) {
    const rows = textRows(await session.script(`FETCH ${rowsAtOnce} FROM wrong`))
    count += rows.length
    first.push(...rows.slice(0, mostShown - first.length).map(asWrongLink))
    if (rows.length < rowsAtOnce) break
  }
  await session.script('CLOSE wrong')
  return {count, first}
}

function asWrongLink(row: readonly (string | undefined)[]): WrongLink {
  const [kind, lane, seq, seqBefore, logId, at, before, digest, link] = row
  return {kind: kind ?? '', lane, seq, seqBefore, logId, at, before, digest, link}
}

async function brokenSeals(session: Session): Promise<readonly ChainFinding[]> {
  return textRows(await session.query(brokenSealsSql)).map(([seal = '', at, lane, seq]) => ({
    kind: 'seal',
    lane: lane === undefined ? null : Number(lane),
    seq: seq === undefined ? null : Number(seq),
    record: seal,
    at: at ?? null,
    message:
      lane === undefined
        ? `The seal before ${seal} is gone.`
        : `Seal ${seal} names record ${seq} of lane ${lane}; the chain has another there, or none.`,
  }))
}

async function missingAnchors(
  session: Session,
  anchors: readonly Anchor[],
): Promise<readonly ChainFinding[]> {
  if (anchors.length === 0) return []
  const found = await session.query(
    `SELECT log_id, encode(sha256(convert_to(new_values::text, 'UTF8')), 'hex') FROM audit_logs
      WHERE resource_type = '${chainResource}' AND action = '${chainEvents.seal}'
      UNION ALL
     SELECT seal.value::uuid, NULL FROM audit_logs, jsonb_array_elements_text(new_values -> 'seals') seal
      WHERE resource_type = '${chainResource}' AND action = '${chainEvents.retain}'`,
  )
  const known = new Map(textRows(found).map(([seal, digest = null]) => [seal, digest]))
  return anchors
    .filter(({seal, digest}) => known.get(seal) !== digest && known.get(seal) !== null)
    .map(({seal}) => ({
      kind: 'anchor',
      lane: null,
      seq: null,
      record: seal,
      at: null,
      message: `The journal of this workspace remembers seal ${seal}; the chain has it no more, or another one.`,
    }))
}

function headOf(ends: readonly (readonly (string | undefined)[])[]): string {
  const hash = createHash('sha256')
  for (const [lane = '', seq = '', link = ''] of ends) hash.update(`${lane} ${seq} ${link}\n`)
  return hash.digest('hex')
}
