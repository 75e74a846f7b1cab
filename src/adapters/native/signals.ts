import {execFileSync} from 'node:child_process'
import {readdirSync, readlinkSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'

export function sendSignal(pid: number, signal: string): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended meanwhile.
  }
}

/**
 * Ends every process that works in a folder and waits until they are gone: a busy Postgres backend
 * outlives its postmaster, nginx workers keep the port of a killed master.
 */
export async function endProcessesIn(folder: string, deadlineMs = 3000): Promise<void> {
  const until = Date.now() + deadlineMs
  for (;;) {
    const pids = processesIn(folder)
    if (pids.length === 0 || Date.now() > until) return
    for (const pid of pids) sendSignal(pid, 'SIGKILL')
    await sleep(10)
  }
}

function processesIn(folder: string): readonly number[] {
  if (folder === '') return []
  if (process.platform !== 'linux') return processesByLsof(folder)
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => workFolderOf(pid) === folder).map(Number)
}

// Empty for a process that ended meanwhile or is another user's.
function workFolderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

function processesByLsof(folder: string): readonly number[] {
  try {
    const argv = ['-t', '-a', '-d', 'cwd', folder]
    return execFileSync('lsof', argv, {encoding: 'utf8'}).trim().split('\n').map(Number)
  } catch {
    // Its exit code is 1 when there is none.
    return []
  }
}
