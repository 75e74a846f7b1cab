import {createHash} from 'node:crypto'
import type {Fingerprint} from '../../ports/fingerprint.js'

type Parts = Omit<Fingerprint, 'digest'>

/** One thing that is not the same on two machines; undefined: one of them does not have it. */
export interface Difference {
  /** `tools.python` */
  readonly subject: string
  readonly here: string | undefined
  readonly there: string | undefined
}

/** The parts with one digest over all of them, whatever their order. */
export function fingerprintOf(parts: Parts): Fingerprint {
  const lines = fingerprintLines(parts).map(([subject, value]) => `${subject}=${value}\n`)
  const digest = createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16)
  return {digest, ...parts}
}

/** What differs, by subject. A file that was changed by hand is judged by its parts, not by its digest. */
export function compareFingerprints(here: Parts, there: Parts): readonly Difference[] {
  const [ours, theirs] = [new Map(fingerprintLines(here)), new Map(fingerprintLines(there))]
  const subjects = [...new Set([...ours.keys(), ...theirs.keys()])].toSorted()
  return subjects.flatMap((subject) => {
    const pair = {here: ours.get(subject), there: theirs.get(subject)}
    return pair.here === pair.there ? [] : [{subject, ...pair}]
  })
}

/** Every value with its subject, sorted. */
export function fingerprintLines(parts: Parts): readonly (readonly [string, string])[] {
  const {mitra, platform, architecture, engine} = parts
  const groups = (['tools', 'lock', 'services', 'settings'] as const).flatMap((group) =>
    Object.entries(parts[group]).map(([name, value]) => [`${group}.${name}`, value] as const),
  )
  const single = {mitra, platform, architecture, engine}
  const lines = Object.entries(single).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return [...lines, ...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
