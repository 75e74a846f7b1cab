import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import {messageOf, MitraError} from '../../errors.js'
import type {Programs} from '../../ports/programs.js'
import {Secret} from '../../ports/secrets.js'
import {lastLine, runProgram} from './run.js'

/** Programs of this machine. */
export class HostPrograms implements Programs {
  async run({argv, folder, environment = {}, timeoutMs, onLine}: Parameters<Programs['run']>[0]) {
    const [program, ...words] = argv
    const env = revealed(environment)
    const result = await runProgram(program, words, {
      cwd: folder,
      env,
      ...(timeoutMs === undefined ? {} : {timeoutMs}),
      ...(onLine === undefined ? {} : {onLine}),
    })
    return {code: result.code, lastLine: lastLine(result), output: result.stdout}
  }

  attach({argv, environment, isQuiet}: Parameters<Programs['attach']>[0]) {
    const [program, ...words] = argv
    return new Promise<{readonly code: number}>((resolve, reject) => {
      const child = spawn(program, words, {
        env: {...process.env, ...revealed(environment)},
        stdio: ['inherit', isQuiet ? 2 : 'inherit', 'inherit'],
      })
      // The terminal tells both of Ctrl-C; the program decides what to make of it.
      const ignore = () => undefined
      process.on('SIGINT', ignore)
      child.on('error', (cause) => {
        process.off('SIGINT', ignore)
        const message = `${program} could not be started: ${messageOf(cause)}.`
        const hints = [`Is ${program} installed?`]
        reject(new MitraError('failed', 'CANNOT_RUN', message, {hints, cause}))
      })
      child.on('close', (code, signal) => {
        process.off('SIGINT', ignore)
        resolve({code: code ?? 128 + (signal === null ? 0 : constants.signals[signal])})
      })
    })
  }
}

function revealed(environment: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  )
}
