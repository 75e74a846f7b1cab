import {constants} from 'node:fs'
import {access, stat} from 'node:fs/promises'
import {homedir} from 'node:os'
import {delimiter, join} from 'node:path'
import type {ToolPlatform, ToolProber} from '../../ports/toolchain.js'
import {runProgram} from '../process/run.js'

// Where Debian puts servers, and Homebrew everything: PATH may leave them out.
const further: Readonly<Record<ToolPlatform, readonly string[]>> = {
  linux: ['/usr/sbin', '/usr/local/sbin'],
  darwin: ['/opt/homebrew/bin', '/usr/local/bin'],
}

/** Programs and applications of this machine. */
export class HostProber implements ToolProber {
  readonly platform: ToolPlatform
  readonly #furtherFolders: readonly string[]
  #hasDeveloperTools: Promise<boolean> | undefined

  constructor(
    platform: ToolPlatform = process.platform === 'darwin' ? 'darwin' : 'linux',
    furtherFolders: readonly string[] = further[platform],
  ) {
    this.platform = platform
    this.#furtherFolders = furtherFolders
  }

  async outputs(program: string, words: readonly string[]) {
    const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
    const folders = [...onPath, ...this.#furtherFolders]
    const usable = (await this.#areStubs()) ? folders.filter((one) => one !== '/usr/bin') : folders
    const paths = [...new Set(usable.map((folder) => join(folder, program)))]
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

  /**
   * On a Mac without the Command Line Tools `/usr/bin/git` and others are stubs: run, they open a window
   * that offers to install them. `xcode-select -p` tells without one.
   */
  async #areStubs(): Promise<boolean> {
    if (this.platform !== 'darwin') return false
    this.#hasDeveloperTools ??= runProgram('xcode-select', ['-p'], {timeoutMs: 5000}).then(
      ({code}) => code === 0,
      () => false,
    )
    return !(await this.#hasDeveloperTools)
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
