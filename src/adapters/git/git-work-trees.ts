import {chmod, lstat, readFile, realpath, rm, rmdir} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {basename, dirname, join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {
  CommitMessage,
  FileBytes,
  FoundFile,
  WorkTrees,
  Repository,
  RepositorySettings,
} from '../../ports/work-trees.js'
import {writeAtomic} from '../files/write-atomic.js'
import {lastLine, runProgram, type RunResult} from '../process/run.js'

const ourFolders = new Set(['.github', 'workflows', '.lefthook', 'commit-msg', 'pre-push'])

const settingNames = ['mitra.node', 'mitra.program'] as const

/** git as it is installed, and the lefthook that mitra brings. */
export class GitWorkTrees implements WorkTrees {
  readonly installCommand = ['lefthook', 'install']

  async at(folder: string): Promise<Repository | undefined> {
    const place = await realpath(folder).catch(() => undefined)
    if (place === undefined) return undefined
    const top = await git(place, ['rev-parse', '--show-toplevel'])
    return top.code === 0 && firstLine(top) === place ? repositoryAt(place) : undefined
  }

  async open(folder: string): Promise<Repository> {
    const repository = await this.around(folder)
    if (repository.root === (await realpath(folder))) return repository
    const message = `${folder} lies inside the repository ${repository.root}.`
    throw new MitraError('usage', 'INSIDE_REPOSITORY', message, {
      hints: [`--repository ${quoted(repository.root)}`],
    })
  }

  async around(folder: string): Promise<Repository> {
    const place = await realpath(folder).catch((cause: unknown) => {
      const message = `There is no folder ${folder}.`
      throw new MitraError('usage', 'NO_FOLDER', message, {cause})
    })
    const kind = await git(place, ['rev-parse', '--is-bare-repository'])
    if (kind.code !== 0) throw noRepository(place, kind)
    if (firstLine(kind) === 'true') {
      throw new MitraError('usage', 'BARE_REPOSITORY', `${folder} is bare: it has no files.`, {
        hints: ['Name a clone or a worktree of it.'],
      })
    }
    const top = await git(place, ['rev-parse', '--show-toplevel'])
    if (top.code !== 0) throw noRepository(place, top)
    return repositoryAt(firstLine(top))
  }

  async read(path: string): Promise<FoundFile | undefined> {
    try {
      const [bytes, {mode}, {isLink}] = await Promise.all([
        readFile(path),
        lstat(path),
        lstat(path).then((found) => ({isLink: found.isSymbolicLink()})),
      ])
      return {base64: bytes.toString('base64'), mode: mode & 0o777, isLink}
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
      throw error
    }
  }

  async write(path: string, {base64, mode}: FileBytes): Promise<void> {
    await writeAtomic(path, Buffer.from(base64, 'base64'), mode)
    await chmod(path, mode)
  }

  async remove(path: string): Promise<void> {
    await rm(path, {force: true})
    // Git keeps no empty folders; those that are made for our files go with them.
    for (let folder = dirname(path); ourFolders.has(basename(folder)); folder = dirname(folder)) {
      if (
        !(await rmdir(folder).then(
          () => true,
          () => false,
        ))
      )
        return
    }
  }

  async present({root}: Repository, paths: readonly string[]): Promise<readonly string[]> {
    const found = await Promise.all(
      paths.map((path) =>
        lstat(join(root, path)).then(
          () => true,
          () => false,
        ),
      ),
    )
    return paths.filter((_, index) => found[index])
  }

  async settings({root}: Repository): Promise<RepositorySettings> {
    const [node, program] = await Promise.all(
      settingNames.map((name) => git(root, ['config', '--local', '--get', name])),
    )
    const valueOf = (result: RunResult | undefined) =>
      result?.code === 0 ? firstLine(result) : undefined
    return {'mitra.node': valueOf(node), 'mitra.program': valueOf(program)}
  }

  async set({root}: Repository, settings: RepositorySettings): Promise<void> {
    for (const name of settingNames) {
      const value = settings[name]
      const words = value === undefined ? ['--unset-all', name] : ['--replace-all', name, value]
      const result = await git(root, ['config', '--local', ...words])
      // 5: it was not set.
      if (result.code !== 0 && !(value === undefined && result.code === 5)) throw failed(result)
    }
  }

  async installHooks({root}: Repository): Promise<void> {
    const result = await runProgram(lefthookProgram(), ['install'], {
      cwd: root,
      timeoutMs: 60_000,
      env: {NO_COLOR: '1'},
    })
    if (result.code === 0) return
    const message = `lefthook installed no hooks in ${root}: ${lastLine(result)}`
    throw new MitraError('failed', 'LEFTHOOK_FAILED', message, {
      hints: [`See it whole: cd ${quoted(root)} && ${quoted(lefthookProgram())} install --verbose`],
    })
  }

  async branch({root}: Repository): Promise<string | undefined> {
    const result = await git(root, ['symbolic-ref', '--quiet', '--short', 'HEAD'])
    return result.code === 0 ? firstLine(result) : undefined
  }

  async firstCommit({root}: Repository, names: readonly string[]): Promise<string | undefined> {
    for (const name of names) if (await isCommit(root, name)) return name
    return undefined
  }

  async messages(
    {root}: Repository,
    {from, to}: Parameters<WorkTrees['messages']>[1],
  ): Promise<readonly CommitMessage[]> {
    for (const name of [from, to]) {
      if (name === undefined || (await isCommit(root, name))) continue
      throw new MitraError('usage', 'NO_COMMIT', `${name} is no commit of ${root}.`, {
        hints: ['A shallow clone has few of them: git fetch --unshallow.'],
      })
    }
    const range = from === undefined ? to : `${from}..${to}`
    const format = '--format=%H%n%B%x00'
    const result = await git(root, ['log', '--reverse', format, '--end-of-options', range, '--'])
    if (result.code !== 0) throw failed(result)
    return result.stdout
      .split('\0')
      .map((entry) => entry.trimStart())
      .filter((entry) => entry !== '')
      .map((entry) => ({sha: entry.slice(0, entry.indexOf('\n')), text: afterFirstLine(entry)}))
  }

  async commentMark(folder: string): Promise<string> {
    const result = await git(folder, ['config', '--get', 'core.commentChar'])
    const mark = firstLine(result)
    return result.code === 0 && mark !== '' && mark !== 'auto' ? mark : '#'
  }
}

async function repositoryAt(root: string): Promise<Repository> {
  const [common, set] = await Promise.all([
    git(root, ['rev-parse', '--path-format=absolute', '--git-common-dir']),
    git(root, ['config', '--show-scope', '--get', 'core.hooksPath']),
  ])
  if (common.code !== 0) throw failed(common)
  const [scope = '', value = ''] = firstLine(set).split('\t')
  const folder = firstLine(common)
  return {
    root,
    hooks: join(folder, 'hooks'),
    info: join(folder, 'info'),
    hooksPath: set.code === 0 ? {scope, value} : undefined,
  }
}

async function isCommit(root: string, name: string): Promise<boolean> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
  return (await git(root, words)).code === 0
}

async function git(folder: string, argv: readonly string[]): Promise<RunResult> {
  try {
    // A setting of the language would change what is compared.
    return await runProgram('git', argv, {cwd: folder, timeoutMs: 30_000, env: {LC_ALL: 'C.UTF-8'}})
  } catch (cause) {
    if (codeOf(cause) !== 'CANNOT_RUN') throw cause
    throw new MitraError('notReady', 'NO_GIT', 'There is no git on PATH.', {
      hints: ['On Debian and Ubuntu: apt install git', 'On a Mac: brew install git'],
      cause,
    })
  }
}

function noRepository(folder: string, result: RunResult): MitraError {
  if (/not a git repository/.test(result.stderr)) {
    return new MitraError('usage', 'NO_REPOSITORY', `${folder} is in no Git repository.`, {
      hints: [`git init --initial-branch main ${quoted(folder)}`],
    })
  }
  return failed(result)
}

function failed(result: RunResult): MitraError {
  const [first = lastLine(result)] = result.stderr.split('\n').filter((line) => line !== '')
  return new MitraError('failed', 'GIT_FAILED', first.replace(/^fatal: /, 'git: '), {
    hints: result.stderr.split('\n').flatMap((line) => {
      const hint = line.trim()
      return hint.startsWith('git config') ? [hint] : []
    }),
  })
}

/** The binary of npm's own package for this machine; lefthook's umbrella package would install hooks by itself. */
function lefthookProgram(): string {
  const name = `lefthook-${process.platform}-${process.arch}/bin/lefthook`
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    const message = `lefthook for ${process.platform}-${process.arch} is not installed.`
    throw new MitraError('notReady', 'NO_LEFTHOOK', message, {
      hints: ['It is an optional dependency of mitra: npm install, without --omit=optional.'],
      cause,
    })
  }
}

function firstLine({stdout}: RunResult): string {
  return stdout.split('\n', 1)[0] ?? ''
}

function afterFirstLine(text: string): string {
  return text.slice(text.indexOf('\n') + 1).trimEnd()
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
