import {chownSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {isSameProcess, identityOf, isAlive} from '../process-identity/identity.js'
import type {ServiceAccount} from './place.js'

/** What was started, written before the start: without it a service counts as stopped. */
export interface Registered {
  readonly kind: string
  readonly version: string
  readonly port: number
  readonly data: string
  readonly stopSignal: string
  readonly startedAt: string
}

/** A service as its run files tell of it. */
export interface Recorded {
  readonly registered: Registered | undefined
  /** The service's process, when it is the very one that the keeper started and it lives. */
  readonly pid: number | undefined
  /** The pid file is there: the service runs, or cleaning up is not over. */
  readonly isPidFileThere: boolean
  readonly exitCode: number | undefined
}

export function register(base: string, registered: Registered): void {
  writeWhole(`${base}.json`, `${JSON.stringify(registered)}\n`)
}

export function readRecorded(base: string): Recorded {
  const text = readText(`${base}.json`)
  const pidText = readText(`${base}.pid`)
  const exitText = readText(`${base}.exit`)
  return {
    registered: text === undefined ? undefined : parseRegistered(text),
    pid: pidText === undefined ? undefined : livePid(pidText),
    isPidFileThere: pidText !== undefined,
    exitCode: exitText === undefined || exitText.trim() === '' ? undefined : Number(exitText),
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

function parseRegistered(text: string): Registered | undefined {
  try {
    const parsed: Registered = JSON.parse(text)
    return parsed
  } catch {
    return undefined
  }
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

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
