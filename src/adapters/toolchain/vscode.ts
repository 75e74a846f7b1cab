import {MitraError} from '../../errors.js'
import type {Editor} from '../../ports/editor.js'
import type {CommandLine} from '../../ports/packages.js'
import {lastLine, runProgram} from '../process/run.js'

const identifier = /^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9._-]*$/

/** Visual Studio Code through its program. */
export class VsCode implements Editor {
  #extensions: Promise<readonly string[] | undefined> | undefined

  /** It takes a second to answer: it is asked again only after a change. */
  extensions(): Promise<readonly string[] | undefined> {
    this.#extensions ??= listed()
    return this.#extensions
  }

  install(id: string): CommandLine {
    return ['code', '--install-extension', id]
  }

  uninstall(id: string): CommandLine {
    return ['code', '--uninstall-extension', id]
  }

  async run([program, ...words]: CommandLine, onLine: (line: string) => void): Promise<void> {
    const result = await runProgram(program, words, {timeoutMs: 300_000, onLine})
    this.#extensions = undefined
    if (result.code === 0) return
    const hints = ['Is there a network, and is the proxy right? Then run this again.']
    throw new MitraError('failed', 'EXTENSION', lastLine(result), {hints})
  }
}

async function listed(): Promise<readonly string[] | undefined> {
  const asked = runProgram('code', ['--list-extensions'], {timeoutMs: 30_000})
  const result = await asked.catch(() => undefined)
  if (result?.code !== 0) return undefined
  const lines = result.stdout.split('\n').map((line) => line.trim().toLowerCase())
  // It may say more, such as that a server is being updated.
  return lines.filter((line) => identifier.test(line))
}
