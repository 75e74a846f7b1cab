import {randomBytes} from 'node:crypto'
import {link, mkdir, readdir, readFile, truncate, unlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import {writeError} from '../files/write-atomic.js'
import {
  isAlive,
  isSameProcess,
  ownIdentity,
  type ProcessIdentity,
} from '../process-identity/identity.js'

/** Who holds a lock, as its file says. */
export interface LockHolder extends ProcessIdentity {
  readonly purpose: string
  readonly at: string
}

export interface HeldLock {
  release(): Promise<void>
}

interface LockWish {
  readonly purpose: string
  readonly waitMs: number
  /** Called once, when the wait is long enough to be noticed. */
  readonly onWait?: (holder: LockHolder) => void
}

/**
 * A lock that dies with its process. The files `<name>.<n>.lock` are made by link(2), which one
 * process alone can win; the holder is the one with the highest number, unless it let go (the file is
 * empty) or its process is gone. Taking over makes number n+1 and looks again: whoever then sees a
 * higher number has lost. The highest file is never deleted, so no two can find the same gap.
 */
export async function acquireLock(
  folder: string,
  name: string,
  {purpose, waitMs, onWait}: LockWish,
): Promise<HeldLock> {
  const place = {folder, name}
  await mkdir(folder, {recursive: true, mode: 0o700}).catch((error: unknown) => {
    throw writeError(folder, error)
  })
  const since = Date.now()
  let hasSaid = false
  for (;;) {
    const highest = await highestNumber(place)
    const holder = highest === 0 ? undefined : await liveHolder(lockFile(place, highest))
    if (holder === undefined) {
      const held = await tryTake(place, highest + 1, purpose)
      if (held !== undefined) return held
      continue
    }
    const waitedMs = Date.now() - since
    if (waitedMs >= waitMs) throw lockedBy(holder)
    if (!hasSaid && waitedMs >= quietMs) {
      onWait?.(holder)
      hasSaid = true
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

const pollMs = 50
/** Nobody needs to hear of a wait as short as this. */
const quietMs = 300

interface LockPlace {
  readonly folder: string
  readonly name: string
}

async function tryTake(
  place: LockPlace,
  number: number,
  purpose: string,
): Promise<HeldLock | undefined> {
  const path = lockFile(place, number)
  if (!(await linkWhole(path, {...ownIdentity(), purpose, at: new Date().toISOString()}))) {
    return undefined
  }
  if (!(await isHighest(place, number))) {
    await removeIfThere(path)
    return undefined
  }
  await removeLeftovers(place, number)
  return {release: () => release(path)}
}

/** False when the name is taken; nobody ever sees the file without its content. */
async function linkWhole(path: string, holder: LockHolder): Promise<boolean> {
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(temporary, JSON.stringify(holder), {mode: 0o600})
    await link(temporary, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw writeError(path, error)
  } finally {
    await removeIfThere(temporary)
  }
}

// Emptied, not rewritten: that is one step, and a full disk cannot stop it.
async function release(path: string): Promise<void> {
  await truncate(path, 0).catch(unlessMissing)
}

async function liveHolder(path: string): Promise<LockHolder | undefined> {
  // Missing: removed by the holder of a higher number since we listed, so look again.
  const holder = holderIn((await readFile(path, 'utf8').catch(unlessMissing)) ?? '')
  return holder !== undefined && isSameProcess(holder) ? holder : undefined
}

/** Undefined for what no live process can have left: let go, or cut off by a power cut. */
function holderIn(text: string): LockHolder | undefined {
  const parsed = parsedOrUndefined(text)
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const {pid, startTime, bootId, host, purpose = '', at = ''}: Partial<LockHolder> = parsed
  if (pid === undefined || startTime === undefined) return undefined
  if (bootId === undefined || host === undefined) return undefined
  return {pid, startTime, bootId, host, purpose, at}
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Twice: a name that is added while a folder is being read may be missed, and the one that it
// replaces be gone already. The second reading begins after both.
async function isHighest(place: LockPlace, number: number): Promise<boolean> {
  return (await highestNumber(place)) === number && (await highestNumber(place)) === number
}

async function highestNumber(place: LockPlace): Promise<number> {
  const entries = await readdir(place.folder)
  return Math.max(0, ...entries.map((entry) => numberOf(place, entry) ?? 0))
}

/** Lower numbers, and the temporary files of killed processes. */
async function removeLeftovers(place: LockPlace, own: number): Promise<void> {
  for (const entry of await readdir(place.folder)) {
    const number = numberOf(place, entry)
    const isLower = number !== undefined && number < own
    if (isLower || isAbandoned(place, entry)) await removeIfThere(join(place.folder, entry))
  }
}

function isAbandoned({name}: LockPlace, entry: string): boolean {
  if (!entry.startsWith(`${name}.`)) return false
  const pid = /^\d+\.lock\.(\d+)\.[0-9a-f]+$/.exec(entry.slice(name.length + 1))?.[1]
  return pid !== undefined && !isAlive(Number(pid))
}

function numberOf({name}: LockPlace, entry: string): number | undefined {
  if (!entry.startsWith(`${name}.`)) return undefined
  const digits = /^(\d+)\.lock$/.exec(entry.slice(name.length + 1))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function lockFile({folder, name}: LockPlace, number: number): string {
  return join(folder, `${name}.${number}.lock`)
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch(unlessMissing)
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined
  throw error
}

function lockedBy({pid, purpose, at}: LockHolder): MitraError {
  return new MitraError(
    'locked',
    'LOCKED',
    `Another mitra is at work here: ${purpose} (pid ${pid}, since ${at}).`,
    {hints: ['Wait until it has finished, or end it; then run the command again.']},
  )
}
