import {spawn, type ChildProcess} from 'node:child_process'
import {constants} from 'node:os'
import {createInterface} from 'node:readline'
import {messageOf, MitraError} from '../../errors.js'
import type {Foreground, ForegroundEnd} from '../../ports/foreground.js'
import {allowedEnvironment} from './run.js'

type Program = Parameters<Foreground['run']>[0][number]

/** What is asked to end with the others and does not is killed then. */
const patienceMs = 10_000
/** What left its group may hold the output of a program that has ended. */
const outputMs = 2000

const ctrlC = '\u0003'

/** Programs in process groups of their own, so that what they start ends with them. */
export class ProcessGroups implements Foreground {
  async run(programs: Parameters<Foreground['run']>[0]): Promise<ForegroundEnd> {
    const groups = programs.map((program) => new Group(program))
    const stops = stopOnSignal(groups)
    const forgetKeys = passKeys(groups, stops.stop)
    try {
      const first = await Promise.race(groups.map(({ended}) => ended))
      return {...first, isStopped: stops.count() > 0}
    } finally {
      await endAll(groups, stops.count() === 0)
      forgetKeys()
      stops.forget()
    }
  }
}

/** One program with all that it starts. */
class Group {
  readonly program: Program
  readonly child: ChildProcess
  readonly ended: Promise<{readonly first: string; readonly code: number}>

  constructor(program: Program) {
    this.program = program
    const [name, ...words] = program.argv
    const given = program.variables === 'all' ? process.env : allowedEnvironment()
    this.child = spawn(name, words, {
      cwd: program.folder,
      detached: true,
      env: {...given, PYTHONUNBUFFERED: '1'},
      stdio: [takesKeys(program) ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    // It may end before it has read what was typed.
    this.child.stdin?.on('error', () => undefined)
    for (const input of [this.child.stdout, this.child.stderr]) {
      if (input !== null) createInterface({input}).on('line', program.onLine)
    }
    this.ended = endOf(this.child, program)
  }

  signal(signal: NodeJS.Signals): void {
    const {pid, exitCode, signalCode} = this.child
    if (pid !== undefined && exitCode === null && signalCode === null) signalGroup(pid, signal)
  }
}

function endOf(child: ChildProcess, {name, argv}: Program) {
  return new Promise<{readonly first: string; readonly code: number}>((resolve, reject) => {
    child.on('error', (cause) => {
      const message = `${argv[0]} could not be started: ${messageOf(cause)}.`
      reject(new MitraError('failed', 'CANNOT_RUN', message, {cause}))
    })
    child.on('exit', () => {
      // The leader is gone: what it left would hold its output, and its port.
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
      closeOutputs(child)
    })
    child.on('close', (code, signal) => {
      resolve({
        first: name,
        code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
      })
    })
  })
}

/** Once nothing more is in them: a slow reader of ours is no reason to lose a line. */
function closeOutputs(child: ChildProcess): void {
  const outputs = [child.stdout, child.stderr].filter((output) => output !== null)
  let chunks = 0
  for (const output of outputs) output.on('data', () => (chunks += 1))
  const look = () => {
    const before = chunks
    // After the turn in which what waits is read.
    const decide = () => {
      if (chunks > before) look()
      else for (const output of outputs) output.destroy()
    }
    setTimeout(() => setImmediate(decide), outputMs).unref()
  }
  look()
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Nothing of the group is left.
  }
}

/** Waits for all; asks them to end first, unless the user has. */
async function endAll(groups: readonly Group[], isAsked: boolean): Promise<void> {
  if (isAsked) for (const group of groups) group.signal('SIGINT')
  const kill = () => {
    for (const group of groups) group.signal('SIGKILL')
  }
  const timer = isAsked ? setTimeout(kill, patienceMs) : undefined
  await Promise.allSettled(groups.map(({ended}) => ended))
  clearTimeout(timer)
}

function stopOnSignal(groups: readonly Group[]) {
  let count = 0
  const stop = () => {
    count += 1
    // The terminal has shown ^C, and the next line of the log is to begin a line.
    if (process.stderr.isTTY) process.stderr.write('\n')
    for (const group of groups) group.signal(count === 1 ? 'SIGINT' : 'SIGKILL')
  }
  const kill = () => {
    for (const group of groups) group.signal('SIGKILL')
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, stop)
  process.on('exit', kill)
  return {
    stop,
    count: () => count,
    forget() {
      for (const signal of signals) process.off(signal, stop)
      process.off('exit', kill)
    },
  }
}

function takesKeys(program: Program): boolean {
  return program.takesKeys && process.stdin.isTTY
}

/** A key is passed when it is pressed, not when the line is; the terminal no longer makes a signal of Ctrl-C. */
function passKeys(groups: readonly Group[], stop: () => void): () => void {
  const takers = groups.filter(({program}) => takesKeys(program))
  if (takers.length === 0) return () => undefined
  const {stdin} = process
  const onKeys = (keys: string) => {
    for (const key of keys) {
      if (key === ctrlC) stop()
      else for (const {child} of takers) child.stdin?.write(key)
    }
  }
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.on('data', onKeys)
  // A question that was asked before has left it paused.
  stdin.resume()
  return () => {
    stdin.off('data', onKeys)
    stdin.setRawMode(false)
    stdin.pause()
  }
}
