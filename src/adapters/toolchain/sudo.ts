import type {CommandLine} from '../../ports/packages.js'
import type {Rights} from '../../ports/rights.js'
import {runProgram} from '../process/run.js'

/** Rights through sudo. */
export class Sudo implements Rights {
  readonly ask: CommandLine = ['sudo', '-v']
  readonly #isRoot: boolean

  constructor(isRoot: boolean = process.getuid?.() === 0) {
    this.#isRoot = isRoot
  }

  async areThere(): Promise<boolean> {
    if (this.#isRoot) return true
    const asked = runProgram('sudo', ['-n', 'true'], {timeoutMs: 5000})
    return (await asked.catch(() => undefined))?.code === 0
  }
}
