import {createHash} from 'node:crypto'

/** One thing that does not fit, named so that somebody can look at it. */
export interface ChainFinding {
  readonly kind: string
  readonly lane: number | null
  readonly seq: number | null
  /** log_id of the record in audit_logs. */
  readonly record: string | null
  readonly at: string | null
  readonly message: string
}

/** As the server found it; hashes in hex. */
export interface WrongLink {
  readonly kind: string
  readonly lane: string | undefined
  readonly seq: string | undefined
  readonly seqBefore: string | undefined
  readonly logId: string | undefined
  readonly at: string | undefined
  /** The link before it, the digest of the row as it is now, the link as it is stored. */
  readonly before: string | undefined
  readonly digest: string | undefined
  readonly link: string | undefined
}

/** Says of each what was done; a row that fits the place of another one was moved there. */
export function explainWrong(wrong: readonly WrongLink[]): readonly ChainFinding[] {
  return wrong.toSorted(byPlace).map((one) => {
    const owner = one.kind === 'altered' ? rightfulOwner(one, wrong) : undefined
    const kind = owner === undefined ? one.kind : 'reordered'
    return {
      kind,
      lane: one.lane === undefined ? null : Number(one.lane),
      seq: one.seq === undefined ? null : Number(one.seq),
      record: one.logId ?? null,
      at: one.at ?? null,
      message: messageFor(kind, one, owner),
    }
  })
}

function byPlace(one: WrongLink, other: WrongLink): number {
  return Number(one.lane ?? 0) - Number(other.lane ?? 0) || Number(one.seq) - Number(other.seq)
}

/** The other wrong one whose row belongs in this place. */
function rightfulOwner(one: WrongLink, wrong: readonly WrongLink[]): WrongLink | undefined {
  return wrong.find((other) => {
    if (other === one || other.digest === undefined || one.before === undefined) return false
    const expected = hashOf(one.before, other.digest)
    return expected === one.link || expected === other.link
  })
}

function hashOf(before: string, digest: string): string {
  return createHash('sha256')
    .update(Buffer.from(before, 'hex'))
    .update(Buffer.from(digest, 'hex'))
    .digest('hex')
}

type Wording = (one: WrongLink, owner: WrongLink | undefined) => string

const wordings: ReadonlyMap<string, Wording> = new Map<string, Wording>([
  [
    'gap',
    (one) =>
      `Removed: ${goneBefore(one)} of lane ${one.lane} with their links, before ${one.logId}.`,
  ],
  ['removed', (one) => `Removed: ${placeOf(one)}.`],
  ['inserted', (one) => `Inserted: ${one.logId} of ${one.at} has no link.`],
  [
    'reordered',
    (one, owner) => `Reordered: ${placeOf(one)}, stands where ${owner?.logId} belongs.`,
  ],
  ['emptied', (one) => `Emptied: ${placeOf(one)}, has lost values and no erasure says so.`],
])

function messageFor(kind: string, one: WrongLink, owner: WrongLink | undefined): string {
  const altered = () => `Altered: ${placeOf(one)}, is not what was written, or its link is not.`
  return (wordings.get(kind) ?? altered)(one, owner)
}

function placeOf({lane, seq, logId}: WrongLink): string {
  return `record ${seq} of lane ${lane}, ${logId}`
}

function goneBefore({seq, seqBefore}: WrongLink): string {
  const [first, last] = [Number(seqBefore ?? 0) + 1, Number(seq) - 1]
  return first === last ? `record ${first}` : `records ${first} to ${last}`
}
