import {setTimeout as sleep} from 'node:timers/promises'
import type {KeptName} from '../../ports/stack.js'
import {acquireLock} from '../journal/lock.js'
import {HostSockets} from '../sockets/ports.js'
import {failedService, failureOf, type ServiceFailure} from './failure.js'
import {stopKept, untilSpoken} from './keeper.js'
import {lastLines} from './log-files.js'
import {readRecorded, type Recorded, type Registered} from './registry.js'
import {pythonError} from './traceback.js'

/** One process under a keeper, and what to ask of it. */
export interface KeptProcess {
  readonly name: KeptName
  /** Prefix of its run files. */
  readonly base: string
  readonly log: string
  /** The folder of the locks. */
  readonly locks: string
  readonly port: number
  readonly timeoutMs: number
  /** The folder of the Python program that it is. */
  readonly pythonProject?: string
  /** Whether what was started is what is wanted now. */
  isSame(registered: Registered): boolean
  isHealthy(pid: number, folder: string): Promise<boolean>
  /** Registers and starts it; its port is free. */
  launch(): Promise<void>
}

/** Starts it unless it runs as wanted, and waits for its answer. Throws SERVICE_FAILED. */
export async function startUntilHealthy(kept: KeptProcess): Promise<void> {
  const wasRunning = await ensureRunning(kept)
  try {
    await untilHealthy(kept)
  } catch (error) {
    // What was just being killed when we looked is started after all.
    const isGone = readRecorded(kept.base).pid === undefined
    if (!wasRunning || !isGone) throw error
    await ensureRunning(kept)
    await untilHealthy(kept)
  }
}

export async function stopAlone(kept: KeptProcess): Promise<void> {
  await alone(kept, 'stop', () => stopKept(kept.base))
}

export function failureOfKept({base, log, pythonProject}: KeptProcess): ServiceFailure {
  const {exitCode, registered} = readRecorded(base)
  // A traceback through a framework has a hundred lines.
  const lines = lastLines(log, pythonProject === undefined ? 20 : 300, registered?.logFrom)
  const error = pythonProject === undefined ? undefined : pythonError(lines, pythonProject)
  return failureOf(exitCode, lines, error)
}

/** One process at a time starts or stops it; a lock that dies with its holder. */
async function alone<T>(
  {name, locks, timeoutMs: waitMs}: KeptProcess,
  purpose: string,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(locks, name, {purpose: `${purpose} ${name}`, waitMs})
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

/** True when it ran already. */
function ensureRunning(kept: KeptProcess): Promise<boolean> {
  const {base} = kept
  return alone(kept, 'start', async () => {
    await untilSpoken(base)
    const before = readRecorded(base)
    if (isAsWanted(kept, before)) return true
    // What is left of an earlier start is cleared before this one begins.
    if (before.registered !== undefined || before.isPidFileThere) await stopKept(base)
    await requireFree(kept)
    await kept.launch()
    await untilSpoken(base)
    return false
  })
}

// Runs, and has somebody who cleans up after it.
function isAsWanted(kept: KeptProcess, {registered, pid, isKept}: Recorded): boolean {
  return pid !== undefined && isKept && registered !== undefined && kept.isSame(registered)
}

// Nginx tries a taken port for two seconds before it says so.
async function requireFree({name, port}: KeptProcess): Promise<void> {
  const sockets = new HostSockets()
  if (await sockets.isPortFree(port)) return
  const {pid, command} = (await sockets.portHolder(port)) ?? {}
  const holder = command === undefined ? 'another program' : `${command} (pid ${pid})`
  const cause = `port ${port} is taken by ${holder}`
  throw failedService(name, {cause, lastLines: []}, [`End ${holder}, or choose another port.`])
}

async function untilHealthy(kept: KeptProcess): Promise<void> {
  const until = Date.now() + kept.timeoutMs
  while (Date.now() < until) {
    const {registered, pid, exitCode, isStarting, isKept} = readRecorded(kept.base)
    // Without its process it is about to have one, or about to have an exit code, or lost.
    const isLost = pid === undefined && !isStarting && !isKept
    if (exitCode !== undefined || isLost) throw failedService(kept.name, failureOfKept(kept))
    if (pid !== undefined && (await kept.isHealthy(pid, registered?.folder ?? ''))) return
    await sleep(20)
  }
  const {lastLines: lines} = failureOfKept(kept)
  const cause = `it did not answer within ${kept.timeoutMs / 1000} s`
  throw failedService(kept.name, {cause, lastLines: lines})
}
