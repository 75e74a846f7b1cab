import {chownSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import type {Generation} from '../../ports/stack.js'
import {isSameProcess, identityOf, isAlive} from '../process-identity/identity.js'
import type {ServiceAccount} from './place.js'

/** What was started, written before the start: without it a service counts as stopped. */
export interface Registered {
  readonly kind: string
  readonly version: string
  readonly port: number
  readonly generation: Generation
  readonly folder: string
  readonly stopSignal: string
  readonly startedAt: string
  /** Size of the log at the start: what comes after it was said by this run. */
  readonly logFrom: number
  /** Of the files that it was started with; the backend alone has it. */
  readonly inputs?: string
}

/** A service as its run files tell of it. */
export interface Recorded {
  readonly registered: Registered | undefined
  /** The service's process, when it is the very one that the keeper started and it lives. */
  readonly pid: number | undefined
  /** The pid file is there: the service runs, or cleaning up is not over. */
  readonly isPidFileThere: boolean
  /** Its keeper lives, or its reaper, who then cleans up. */
  readonly isKept: boolean
  /** Registered a moment ago: its keeper may not have written the pid yet. */
  readonly isStarting: boolean
  readonly exitCode: number | undefined
}

export function register(base: string, registered: Registered): void {
  writeWhole(`${base}.json`, `${JSON.stringify(registered)}\n`)
}

export function readRecorded(base: string): Recorded {
  const text = readText(`${base}.json`)
  const pidText = readText(`${base}.pid`)
  const exitText = readText(`${base}.exit`)
  const registered = parseRegistered(text)
  const hasSpoken = pidText !== '' || exitText !== ''
  const [service = '', keepers = ''] = pidText.split('\n')
  return {
    registered,
    pid: livePid(service),
    isPidFileThere: pidText !== '',
    isKept: keepers.split(' ').some((pid) => isAlive(Number(pid))),
    isStarting: !hasSpoken && registered !== undefined && isRecent(registered),
    exitCode: exitText.trim() === '' ? undefined : Number(exitText),
  }
}

/** Forgets the service: it is stopped and cleaned up. */
export function forget(base: string): void {
  for (const ending of ['.pid', '.exit', '.life', '.run', '.json', '.pid.new', '.exit.new']) {
    rmSync(`${base}${ending}`, {recursive: true, force: true})
  }
}

/** Written whole or not at all; durable enough for what a reboot makes worthless anyway. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, {mode: 0o600})
  renameSync(`${path}.new`, path)
}

export function writeOwned(path: string, text: string, account: ServiceAccount | undefined): void {
  writeFileSync(`${path}.new`, text, {mode: 0o600})
  if (account !== undefined) chownSync(`${path}.new`, account.uid, account.gid)
  renameSync(`${path}.new`, path)
}

// A shell speaks within milliseconds; a machine that is busy to its limits needs seconds for that.
const longestSilenceMs = 10_000

function isRecent({startedAt}: Registered): boolean {
  const ageMs = Date.now() - Date.parse(startedAt)
  return ageMs >= 0 && ageMs < longestSilenceMs
}

function parseRegistered(text: string): Registered | undefined {
  try {
    const parsed: Partial<Registered> = JSON.parse(text)
    // Written by another version of mitra: its service is stopped and started anew.
    return isWhole(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isWhole(parsed: Partial<Registered>): parsed is Registered {
  return parsed.folder !== undefined && parsed.generation !== undefined
}

/** The keeper wrote `<pid> <start time>`: after a reboot or a reused pid they fit no process. */
function livePid(text: string): number | undefined {
  const space = text.indexOf(' ')
  const pid = Number(text.slice(0, space))
  const startTime = text.slice(space + 1).trim()
  if (!isAlive(pid)) return undefined
  const now = identityOf(pid)
  return now !== undefined && now.startTime === startTime && isSameProcess(now) ? pid : undefined
}

/** Empty when there is none: these files are written whole, with something in them. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
