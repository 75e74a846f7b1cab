import {MitraError} from '../../errors.js'
import type {CommandLine} from '../../ports/packages.js'
import type {CloneRequest, Repositories} from '../../ports/repositories.js'
import {lastLine, runProgram} from '../process/run.js'

const longestMs = 30 * 60_000

/** git as it is installed, with the keys and helpers of the user and without questions. */
export class CliRepositories implements Repositories {
  cloneCommand(address: string, into: string): CommandLine {
    return ['git', 'clone', '--progress', '--', address, into]
  }

  async clone({command, folder, onLine}: CloneRequest): Promise<void> {
    const [program, ...words] = command
    const result = await runProgram(program, words, {
      cwd: folder,
      env: unasked(),
      timeoutMs: longestMs,
      onLine,
    })
    if (result.code === 0) return
    const message = `git clone ended with ${result.code}: ${lastLine(result)}`
    throw new MitraError('failed', 'CLONE', message, {
      hints: [
        `See it whole: git ls-remote ${words.at(-2) ?? ''}`,
        'A private repository needs your key (ssh-add) or a credential helper of git.',
      ],
    })
  }

  async ownWork(folder: string): Promise<string | undefined> {
    const ask = async (...words: string[]) => {
      const {code, stdout} = await runProgram('git', words, {cwd: folder, timeoutMs: 30_000})
      return code === 0 ? stdout.trim() : undefined
    }
    const top = await ask('rev-parse', '--show-prefix')
    // A folder within another repository has no history of its own.
    if (top !== '') return 'it is no repository of its own any more'
    // The venv is ours whether they ignore it or not.
    const changed = await ask('status', '--porcelain', '--', '.', ':!.venv')
    if (changed !== '') return 'it has changes that are not committed'
    const ahead = await ask('log', '--oneline', '-1', '--branches', '--not', '--remotes')
    if (ahead !== '') return 'it has commits that are not pushed'
    return (await ask('stash', 'list')) === '' ? undefined : 'it has a stash'
  }
}

function unasked(): Record<string, string> {
  const agent = process.env['SSH_AUTH_SOCK']
  return {
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...(agent === undefined ? {} : {SSH_AUTH_SOCK: agent}),
  }
}
