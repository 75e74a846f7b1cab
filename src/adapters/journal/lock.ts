import {randomBytes} from 'node:crypto'
import {link, mkdir, readdir, readFile, rename, unlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import {isSameProcess, ownIdentity, type ProcessIdentity} from '../process-identity/identity.js'

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
  /** Called once, when there is somebody to wait for. */
  readonly onWait?: (holder: LockHolder) => void
}

/**
 * A lock that dies with its process. The files `<name>.<n>.lock` are made by link(2), which one
 * process alone can win; the holder is the one with the highest number, unless its content says
 * released or its process is gone. Taking over makes number n+1 and looks again: whoever then sees a
 * higher number has lost. The highest file is never deleted, so no two can find the same gap.
 */
export async function acquireLock(
  folder: string,
  name: string,
  {purpose, waitMs, onWait}: LockWish,
): Promise<HeldLock> {
  await mkdir(folder, {recursive: true, mode: 0o700})
  const until = Date.now() + waitMs
  let hasSaid = false
  for (;;) {
    const highest = await highestNumber(folder, name)
    const holder = highest === 0 ? undefined : await liveHolder(fileOf(folder, name, highest))
    if (holder === undefined) {
      const held = await tryTake(folder, name, highest + 1, purpose)
      if (held !== undefined) return held
      continue
    }
    if (Date.now() >= until) throw lockedBy(holder)
    if (!hasSaid) onWait?.(holder)
    hasSaid = true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function tryTake(
  folder: string,
  name: string,
  number: number,
  purpose: string,
): Promise<HeldLock | undefined> {
  const path = fileOf(folder, name, number)
  const holder: LockHolder = {...ownIdentity(), purpose, at: new Date().toISOString()}
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(temporary, JSON.stringify(holder), {mode: 0o600})
  try {
    await link(temporary, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined
    throw error
  } finally {
    await unlink(temporary)
  }
  if ((await highestNumber(folder, name)) !== number) {
    await unlink(path)
    return undefined
  }
  await removeLower(folder, name, number)
  return {release: () => release(path)}
}

async function release(path: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(temporary, JSON.stringify({released: true}), {mode: 0o600})
  await rename(temporary, path)
}

async function liveHolder(path: string): Promise<LockHolder | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    // Removed by a holder of a higher number since we listed: look again.
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  const parsed: Partial<LockHolder> & {released?: boolean} = JSON.parse(text)
  const {pid, startTime, bootId, host, purpose = '', at = ''} = parsed
  if (pid === undefined || startTime === undefined) return undefined
  if (bootId === undefined || host === undefined) return undefined
  const holder = {pid, startTime, bootId, host, purpose, at}
  return isSameProcess(holder) ? holder : undefined
}

async function highestNumber(folder: string, name: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder, name)))
}

async function removeLower(folder: string, name: string, number: number): Promise<void> {
  for (const lower of await numbers(folder, name)) {
    if (lower < number) await unlink(fileOf(folder, name, lower)).catch(() => undefined)
  }
}

async function numbers(folder: string, name: string): Promise<readonly number[]> {
  const pattern = new RegExp(`^${name}\\.(\\d+)\\.lock$`)
  return (await readdir(folder)).flatMap((entry) => {
    const digits = pattern.exec(entry)?.[1]
    return digits === undefined ? [] : [Number(digits)]
  })
}

function fileOf(folder: string, name: string, number: number): string {
  return join(folder, `${name}.${number}.lock`)
}

function lockedBy({pid, purpose, at}: LockHolder): MitraError {
  return new MitraError(
    'locked',
    'LOCKED',
    `Another mitra is at work here: ${purpose} (pid ${pid}, since ${at}).`,
    {hints: ['Wait until it has finished, or end it; then run the command again.']},
  )
}
