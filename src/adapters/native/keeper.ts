import {spawn} from 'node:child_process'
import {appendFileSync, chownSync, closeSync, openSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {KeptName} from '../../ports/stack.js'
import {allowedEnvironment} from '../process/run.js'
import {keeperScript, reaperScript} from './keeper-script.js'
import {rotateLog} from './log-files.js'
import {makeOwned, type NativePlace} from './place.js'
import type {Launch, Runtime} from './program.js'
import {forget, readRecorded} from './registry.js'
import {endProcessesIn, sendSignal} from './signals.js'

// What a service may see of our environment; its own passwords are added by its launch.
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']

// Nginx told to QUIT waits for its last connection; a browser may keep one open for minutes.
const patienceMs = 300

type KeeperPlace = Pick<NativePlace, 'account' | 'log' | 'run'>

/** Opens the log for appending, an old large one turned away first; returns the handle. */
export function openLog(service: KeptName, place: KeeperPlace): number {
  const log = place.log(service)
  makeOwned(dirname(log), place.account)
  rotateLog(log)
  const handle = openSync(log, 'a', 0o600)
  if (place.account !== undefined) chownSync(log, place.account.uid, place.account.gid)
  return handle
}

interface KeptStart {
  readonly launch: Launch
  readonly runtime: Pick<Runtime, 'env'>
  readonly place: KeeperPlace
  readonly log: number
}

/** Starts a service under its keeper; returns at once, the run files tell the rest. */
export function startKept(service: KeptName, {launch, runtime, place, log}: KeptStart): void {
  const inherited = Object.entries(allowedEnvironment()).filter(([name]) => passedOn.includes(name))
  const env = {...Object.fromEntries(inherited), ...runtime.env, ...launch.env}
  const told = [place.run(service), launch.stopSignal, launch.folder, reaperScript]
  const child = spawn(
    '/bin/sh',
    ['-c', keeperScript, 'mitra-keeper', ...told, ...launch.argv],
    // A session and process group of its own: what the terminal sends does not reach it.
    {detached: true, cwd: '/', env, stdio: ['ignore', log, log], ...place.account},
  )
  child.on('error', (error) => {
    appendFileSync(place.log(service), `Error: ${error.message}\n`)
    writeFileSync(`${place.run(service)}.exit`, '126\n')
  })
  child.unref()
  closeSync(log)
}

/** Stops a service and waits until its reaper has cleaned up; does that itself where it is gone. */
export async function stopKept(base: string, deadlineMs = 8000): Promise<void> {
  const until = Date.now() + deadlineMs
  await untilSpoken(base)
  const signal = readRecorded(base).registered?.stopSignal ?? 'TERM'
  signalService(base, `SIG${signal}`)
  if (signal === 'QUIT') {
    await untilCleared(base, Date.now() + patienceMs)
    signalService(base, 'SIGTERM')
  }
  await untilCleared(base, until)
  signalService(base, 'SIGKILL')
  const {isPidFileThere, registered} = readRecorded(base)
  if (isPidFileThere && registered !== undefined) {
    await endProcessesIn(registered.folder)
    // Postgres would not start while the pid in it is anybody's, even a dead process's not yet reaped.
    rmSync(join(registered.folder, 'postmaster.pid'), {force: true})
  }
  forget(base)
}

/** Until a keeper that was just started has written which process it keeps; ten seconds at most. */
export async function untilSpoken(base: string): Promise<void> {
  while (readRecorded(base).isStarting) await sleep(5)
}

function signalService(base: string, signal: string): void {
  const {pid} = readRecorded(base)
  if (pid !== undefined) sendSignal(pid, signal)
}

/** Until its reaper is through, or the service is gone and nobody is there to clean up. */
async function untilCleared(base: string, until: number): Promise<void> {
  while (Date.now() < until) {
    const {isPidFileThere, pid, isKept} = readRecorded(base)
    if (!isPidFileThere || (pid === undefined && !isKept)) return
    await sleep(10)
  }
}
