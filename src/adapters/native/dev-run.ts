import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {isSameProcess, ownIdentity, type ProcessIdentity} from '../process-identity/identity.js'

/** Says in the file that our process is the one; the function takes it back. */
export function claimDevRun(path: string): () => void {
  mkdirSync(dirname(path), {recursive: true, mode: 0o700})
  writeFileSync(`${path}.new`, `${JSON.stringify(ownIdentity())}\n`, {mode: 0o600})
  renameSync(`${path}.new`, path)
  return () => {
    if (devRunPid(path) === process.pid) rmSync(path, {force: true})
  }
}

/** Undefined when none runs: a file that a killed one left fits no process. */
export function devRunPid(path: string): number | undefined {
  const identity = parsed(path)
  return identity !== undefined && isSameProcess(identity) ? identity.pid : undefined
}

function parsed(path: string): ProcessIdentity | undefined {
  try {
    const {pid, startTime, bootId, host}: Partial<ProcessIdentity> = JSON.parse(
      readFileSync(path, 'utf8'),
    )
    if (pid === undefined || startTime === undefined || bootId === undefined) return undefined
    return {pid, startTime, bootId, host: host ?? ''}
  } catch {
    return undefined
  }
}
