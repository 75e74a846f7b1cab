import {spawn} from 'node:child_process'
import {chownSync, closeSync, mkdirSync, openSync, readdirSync, readlinkSync} from 'node:fs'
import {dirname} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {allowedEnvironment} from '../process/run.js'
import {keeperScript} from './keeper-script.js'
import {rotateLog} from './log-files.js'
import {makeOwned, type NativePlace} from './place.js'
import type {Launch, Runtime} from './program.js'
import {forget, readRecorded} from './registry.js'
import type {ServiceName} from '../../ports/stack.js'

// What a service may see of our environment; its own passwords are added by its launch.
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']

/** Starts a service under its keeper; returns at once, the run files tell the rest. */
export function startKept(
  service: ServiceName,
  {launch, runtime, place}: {launch: Launch; runtime: Runtime; place: NativePlace},
): void {
  const log = place.log(service)
  makeOwned(dirname(log), place.account)
  rotateLog(log)
  const handle = openSync(log, 'a', 0o600)
  if (place.account !== undefined) chownSync(log, place.account.uid, place.account.gid)
  const inherited = Object.entries(allowedEnvironment()).filter(([name]) => passedOn.includes(name))
  const env = {...Object.fromEntries(inherited), ...runtime.env, ...launch.env}
  const argv = ['-c', keeperScript, 'mitra-keeper', place.run(service), launch.stopSignal]
  const child = spawn('/bin/sh', [...argv, launch.clearData, ...launch.argv], {
    // A session and process group of its own: what the terminal sends does not reach it.
    detached: true,
    cwd: launch.cwd,
    env,
    stdio: ['ignore', handle, handle],
    ...place.account,
  })
  child.on('error', () => undefined)
  child.unref()
  closeSync(handle)
}

/** Stops a service and waits until its reaper has cleaned up; does that itself where it is gone. */
export async function stopKept(base: string, deadlineMs = 8000): Promise<void> {
  const {registered, pid} = readRecorded(base)
  const signal = registered?.stopSignal ?? 'TERM'
  if (pid !== undefined) sendSignal(pid, `SIG${signal}`)
  const until = Date.now() + deadlineMs
  while (Date.now() < until) {
    const recorded = readRecorded(base)
    if (!recorded.isPidFileThere) break
    // Keeper and reaper are both gone when a dead service's pid file stays.
    if (recorded.pid === undefined && Date.now() > until - deadlineMs + 1500) break
    await sleep(10)
  }
  const left = readRecorded(base)
  if (left.pid !== undefined) sendSignal(left.pid, 'SIGKILL')
  if (left.isPidFileThere && registered !== undefined) endProcessesIn(registered.data)
  forget(base)
}

/** Ends every process that works in a folder: a busy Postgres backend outlives its postmaster. */
function endProcessesIn(folder: string): void {
  if (folder === '' || process.platform !== 'linux') return
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (readlinkSync(`/proc/${name}/cwd`) === folder) sendSignal(Number(name), 'SIGKILL')
    } catch {
      // It ended meanwhile, or is another user's.
    }
  }
}

function sendSignal(pid: number, signal: string): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended meanwhile.
  }
}

export function makeRunFolder(place: NativePlace): void {
  makeOwned(dirname(place.run('postgres')), place.account)
  mkdirSync(dirname(place.run('postgres')), {recursive: true})
}
