import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {hostname} from 'node:os'

/** A pid alone is given out again; pid, start time and boot together name one process for ever. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot (Linux) or the start time's text (macOS). */
  readonly startTime: string
  readonly bootId: string
  readonly host: string
}

export function identityOf(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid)
  if (startTime === undefined) return undefined
  return {pid, startTime, bootId: bootId(), host: hostname()}
}

export function ownIdentity(): ProcessIdentity {
  const {pid} = process
  return identityOf(pid) ?? {pid, startTime: '', bootId: bootId(), host: hostname()}
}

/** True while that very process runs; another one under the same pid does not count. */
export function isSameProcess(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false
  return isAlive(identity.pid) && startTimeOf(identity.pid) === identity.startTime
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    // Another user's process: it is there, it may only not be signalled.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') return statFields(pid)?.[19]
  try {
    // The text depends on language and time zone, which two processes may have set differently.
    const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: {LC_ALL: 'C', TZ: 'UTC'},
    })
    return text.trim() === '' ? undefined : text.trim()
  } catch {
    return undefined
  }
}

// A killed process whose parent has not looked yet is gone for every purpose of ours.
function isZombie(pid: number): boolean {
  return process.platform === 'linux' && statFields(pid)?.[0] === 'Z'
}

/** The fields of /proc/PID/stat behind the name, which may hold spaces and brackets itself. */
function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

let knownBootId: string | undefined

function bootId(): string {
  knownBootId ??= readBootId()
  return knownBootId
}

function readBootId(): string {
  try {
    if (process.platform === 'linux') {
      return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    }
    return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], {
      encoding: 'utf8',
    }).trim()
  } catch {
    return 'unknown'
  }
}
