import type {Programs} from '../../ports/programs.js'
import {Secret} from '../../ports/secrets.js'
import {lastLine, runProgram} from './run.js'

/** Programs of this machine. */
export class HostPrograms implements Programs {
  async run({argv, folder, environment = {}, timeoutMs, onLine}: Parameters<Programs['run']>[0]) {
    const [program, ...words] = argv
    const env = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        value instanceof Secret ? value.reveal() : value,
      ]),
    )
    const result = await runProgram(program, words, {
      cwd: folder,
      env,
      ...(timeoutMs === undefined ? {} : {timeoutMs}),
      ...(onLine === undefined ? {} : {onLine}),
    })
    return {code: result.code, lastLine: lastLine(result)}
  }
}
