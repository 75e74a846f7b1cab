import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {MitraError} from '../../errors.js'
import type {CommandLine} from '../../ports/packages.js'
import type {CloneRequest, Repositories} from '../../ports/repositories.js'
import {lastLine, runProgram} from '../process/run.js'

const longestMs = 30 * 60_000

const noNetwork =
  /could not resolve|name resolution|failed to connect|could not connect|connection (refused|timed out)|network is unreachable|no route to host|operation timed out/i

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
        noNetwork.test(result.stderr)
          ? 'Its host was not reached: look at the network, the proxy and the VPN.'
          : 'A private repository needs your key (ssh-add) or a credential helper of git.',
      ],
    })
  }

  async ownWork(folder: string): Promise<string | undefined> {
    const top = await ask(folder, 'rev-parse', '--show-prefix')
    // A folder within another repository has no history of its own.
    if (top !== '\n') return 'it is no repository of its own any more'
    return (await ownFiles(folder)) ?? (await ownHistory(folder))
  }
}

/** Stdout; undefined when git fails, which is never taken for "nothing". */
async function ask(folder: string, ...words: string[]): Promise<string | undefined> {
  const env = {...unasked(), GIT_OPTIONAL_LOCKS: '0'}
  const {code, stdout} = await runProgram('git', words, {cwd: folder, env, timeoutMs: 30_000})
  return code === 0 ? stdout : undefined
}

// No setting of a person may hide a file.
const statusOfAll =
  '-c core.fsmonitor=false status --porcelain -z --no-renames --untracked-files=all --ignored=matching --ignore-submodules=none -- . :!.venv'

async function ownFiles(folder: string): Promise<string | undefined> {
  const entries = (await ask(folder, ...statusOfAll.split(' ')))?.split('\0')
  if (entries === undefined) return 'git does not tell what is in it'
  const own = entries.filter((entry) => entry !== '' && !isMade(entry))
  if (own.some((entry) => !/^(\?\?|!!)/.test(entry))) return 'it has changes that are not committed'
  const [file] = own
  if (file !== undefined) return `it has files that are not committed, such as ${file.slice(3)}`
  return unseenFiles(folder)
}

/** What `git status` does not look at. */
async function unseenFiles(folder: string): Promise<string | undefined> {
  const index = (await ask(folder, 'ls-files', '-z', '-v', '-s'))?.split('\0').filter(Boolean)
  if (index === undefined || index.some((line) => !line.startsWith('H ')))
    return 'it has files that git was told not to look at'
  const fetched = index
    .filter((line) => line.startsWith('H 160000 '))
    .map((line) => line.slice(line.indexOf('\t') + 1))
    .find((path) => existsSync(join(folder, path, '.git')))
  const isFetched = fetched !== undefined || existsSync(join(folder, '.git/modules'))
  return isFetched ? 'it has a submodule that was fetched into it' : undefined
}

/** What Python and Flutter make again by themselves. The venv is ours, ignored or not. */
function isMade(entry: string): boolean {
  const isUntracked = entry.startsWith('?? ') || entry.startsWith('!! ')
  const names = entry.slice(3).split('/')
  return isUntracked && (names[0] === '.venv' || names.some((name) => madeNames.has(name)))
}

const madeNames = new Set(
  ['__pycache__', '.pytest_cache', '.ruff_cache', '.mypy_cache', '.DS_Store'].concat([
    '.dart_tool',
    '.flutter-plugins',
    '.flutter-plugins-dependencies',
    'ephemeral',
    'Generated.xcconfig',
    'flutter_export_environment.sh',
    'GeneratedPluginRegistrant.java',
    'GeneratedPluginRegistrant.h',
    'GeneratedPluginRegistrant.m',
    'GeneratedPluginRegistrant.swift',
  ]),
)

async function ownHistory(folder: string): Promise<string | undefined> {
  if ((await ask(folder, 'rev-parse', '--verify', '--quiet', 'refs/stash')) !== undefined)
    return 'it has a stash'
  const trees = (await ask(folder, 'worktree', 'list', '--porcelain'))?.match(/^worktree /gm)
  if (trees?.length !== 1) return 'it has other work trees'
  const unpushed = 'it has commits that are not pushed'
  // HEAD is among all, detached or not.
  const ahead = async (...tags: string[]) =>
    ask(folder, 'rev-list', '-1', ...tags, '--all', '--not', '--remotes')
  if ((await ahead('--exclude=refs/tags/*')) !== '') return unpushed
  if ((await ahead()) === '') return undefined
  // A tag may name a commit that is on no branch of the origin either.
  const [ours, theirs] = [
    await ask(folder, 'for-each-ref', '--format=%(objectname)\t%(refname)', 'refs/tags'),
    await ask(folder, 'ls-remote', '--tags', 'origin'),
  ]
  const known = new Set(theirs?.split('\n'))
  return ours?.split('\n').every((line) => line === '' || known.has(line)) === true
    ? undefined
    : unpushed
}

function unasked(): Record<string, string> {
  const agent = process.env['SSH_AUTH_SOCK']
  return {
    // Its words are read.
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...(agent === undefined ? {} : {SSH_AUTH_SOCK: agent}),
  }
}
