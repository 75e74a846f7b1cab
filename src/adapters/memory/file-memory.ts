import {readFile} from 'node:fs/promises'
import {codeOf, MitraError} from '../../errors.js'
import type {Generation} from '../../ports/stack.js'
import type {Ports, WorkspaceMemory} from '../../ports/workspace.js'
import {writeAtomic} from '../files/write-atomic.js'

interface Remembered {
  readonly ports?: Partial<Ports>
  readonly generation?: Generation
  readonly engine?: 'docker' | 'native'
}

/** What a workspace remembers, in one JSON file. Writers hold the journal's lock. */
export class FileMemory implements WorkspaceMemory {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  async ports(): Promise<Partial<Ports>> {
    return (await this.#read()).ports ?? {}
  }

  async rememberPorts(ports: Ports): Promise<void> {
    await this.#write({ports})
  }

  async generation(): Promise<Generation> {
    return (await this.#read()).generation ?? 1
  }

  async useGeneration(generation: Generation): Promise<void> {
    await this.#write({generation})
  }

  async engine(): Promise<'docker' | 'native' | undefined> {
    return (await this.#read()).engine
  }

  async rememberEngine(engine: 'docker' | 'native'): Promise<void> {
    await this.#write({engine})
  }

  async #read(): Promise<Remembered> {
    try {
      const parsed: Remembered = JSON.parse(await readFile(this.#file, 'utf8'))
      return parsed
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return {}
      if (!(error instanceof SyntaxError)) throw error
      throw new MitraError(
        'config',
        'MEMORY_FILE',
        `${this.#file} is not JSON: ${error.message}.`,
        {
          hints: [
            'Remove it: ports and engine are found again, data sets are named in the folder.',
          ],
          cause: error,
        },
      )
    }
  }

  async #write(changed: Remembered): Promise<void> {
    const all = {...(await this.#read()), ...changed}
    await writeAtomic(this.#file, `${JSON.stringify(all, undefined, 2)}\n`, 0o600)
  }
}
