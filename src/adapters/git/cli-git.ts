import {dirname} from 'node:path'
import type {Git} from '../../ports/git.js'
import {runProgram} from '../process/run.js'

/** git as it is installed. */
export class CliGit implements Git {
  async fileState(path: string) {
    const ask = async (...argv: string[]) => {
      const {code} = await runProgram('git', argv, {cwd: dirname(path), timeoutMs: 10_000})
      return code
    }
    try {
      if ((await ask('rev-parse', '--is-inside-work-tree')) !== 0) return undefined
      const [tracked, ignored] = await Promise.all([
        ask('ls-files', '--error-unmatch', '--', path),
        ask('check-ignore', '--quiet', '--no-index', '--', path),
      ])
      return {isTracked: tracked === 0, isIgnored: ignored === 0}
    } catch {
      // No git on this machine: nothing is tracked.
      return undefined
    }
  }
}
