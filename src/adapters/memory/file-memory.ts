import {readFile} from 'node:fs/promises'
import {codeOf, messageOf, MitraError} from '../../errors.js'
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
  #queue: Promise<unknown> = Promise.resolve()

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
    const text = await readFile(this.#file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return '{}'
      throw error
    })
    const parsed = this.#parsed(text)
    const problem = problemIn(parsed)
    if (problem !== undefined) throw this.#broken(lineOf(text, problem), `${problem} is wrong`)
    return parsed
  }

  #parsed(text: string): Remembered {
    try {
      const parsed: Remembered | null = JSON.parse(text)
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
    } catch (error) {
      const position = /at position (\d+)/.exec(messageOf(error))?.[1]
      const before = text.slice(0, position === undefined ? text.length : Number(position))
      throw this.#broken(before.trimEnd().split('\n').length, 'it is not JSON', error)
    }
    throw this.#broken(1, 'it is not a JSON object')
  }

  #broken(line: number, what: string, cause?: unknown): MitraError {
    return new MitraError('config', 'MEMORY_FILE', `${this.#file}:${line}: ${what}.`, {
      hints: [
        'Correct the line. Or remove the file: ports and engine are found again.',
        'Without it the first data set is used; after a `mitra reset`, write `{"generation": 2}`, or the number that `mitra journal show` names.',
      ],
      cause,
    })
  }

  // One change after the other: each reads what the one before has written.
  async #write(changed: Remembered): Promise<void> {
    const written = this.#queue.then(async () => {
      const all = {...(await this.#read()), ...changed}
      await writeAtomic(this.#file, `${JSON.stringify(all, undefined, 2)}\n`, 0o600)
    })
    this.#queue = written.catch(() => undefined)
    await written
  }
}

/** The key whose value cannot have been written by us. */
function problemIn({
  ports = {},
  generation = 1,
  engine = 'native',
}: Remembered): string | undefined {
  if (typeof ports !== 'object' || ports === null) return 'ports'
  const badPort = Object.entries(ports).find(([, port]) => !isWhole(port) || port > 65_535)
  if (badPort !== undefined) return badPort[0]
  if (!isWhole(generation)) return 'generation'
  return engine === 'docker' || engine === 'native' ? undefined : 'engine'
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value > 0
}

function lineOf(text: string, key: string): number {
  return text.slice(0, text.indexOf(`"${key}"`)).split('\n').length
}
