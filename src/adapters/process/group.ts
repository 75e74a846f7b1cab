import {spawn, type ChildProcess} from 'node:child_process'
import {createInterface} from 'node:readline'
import {messageOf, MitraError} from '../../errors.js'
import type {Foreground} from '../../ports/foreground.js'
import {allowedEnvironment} from './run.js'

/** Programs in process groups of their own, so that what they start ends with them. */
export class ProcessGroups implements Foreground {
  run({argv, folder, onLine}: Parameters<Foreground['run']>[0]) {
    const [program, ...words] = argv
    return new Promise<{readonly code: number; readonly isStopped: boolean}>((resolve, reject) => {
      const child = spawn(program, words, {
        cwd: folder,
        detached: true,
        env: {...allowedEnvironment(), PYTHONUNBUFFERED: '1'},
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const input of [child.stdout, child.stderr]) {
        createInterface({input}).on('line', onLine)
      }
      const stops = stopOnSignal(child)
      child.on('error', (cause) => {
        stops.forget()
        const message = `${program} could not be started: ${messageOf(cause)}.`
        reject(new MitraError('failed', 'CANNOT_RUN', message, {cause}))
      })
      // The leader is gone: what it left would hold its output, and its port.
      child.on('exit', () => signalGroup(child, 'SIGKILL'))
      child.on('close', (code) => {
        stops.forget()
        resolve({code: code ?? 128, isStopped: stops.count() > 0})
      })
    })
  }
}

function stopOnSignal(child: ChildProcess) {
  let count = 0
  const stop = () => {
    count += 1
    signalGroup(child, count === 1 ? 'SIGINT' : 'SIGKILL')
  }
  const kill = () => signalGroup(child, 'SIGKILL')
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, stop)
  process.on('exit', kill)
  return {
    count: () => count,
    forget() {
      for (const signal of signals) process.off(signal, stop)
      process.off('exit', kill)
    },
  }
}

function signalGroup({pid}: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nothing of the group is left.
  }
}
