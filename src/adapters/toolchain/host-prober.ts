import {constants} from 'node:fs'
import {access, stat} from 'node:fs/promises'
import {homedir} from 'node:os'
import {delimiter, join} from 'node:path'
import type {ToolPlatform, ToolProber} from '../../ports/toolchain.js'
import {runProgram} from '../process/run.js'

/** Programs and applications of this machine. */
export class HostProber implements ToolProber {
  readonly platform: ToolPlatform

  constructor(platform: ToolPlatform = process.platform === 'darwin' ? 'darwin' : 'linux') {
    this.platform = platform
  }

  async outputs(program: string, words: readonly string[]) {
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
    const paths = [...new Set(folders.map((folder) => join(folder, program)))]
    const answers = await Promise.all(paths.map((path) => answerOf(path, words)))
    return answers.flatMap((answer) => (answer === undefined ? [] : [answer]))
  }

  async hasFolder(path: string): Promise<boolean> {
    const full = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
    return stat(full).then(
      (found) => found.isDirectory(),
      () => false,
    )
  }
}

async function answerOf(path: string, words: readonly string[]) {
  try {
    await access(path, constants.X_OK)
    const {code, stdout, stderr} = await runProgram(path, words, {timeoutMs: 5000})
    return code === 0 ? {path, output: `${stdout}\n${stderr}`} : undefined
  } catch {
    // Not there, or it does not start: it is not a tool that can be used.
    return undefined
  }
}
