import {execFileSync} from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {DiskProjectFolders} from '../../../src/adapters/files/disk-project-folders.js'
import {CliRepositories} from '../../../src/adapters/git/cli-repositories.js'
import {applyClone, planClone} from '../../../src/features/projects/repository.js'
import {applyProjectUndo, planProjectUndo} from '../../../src/features/projects/undo.js'
import {RecordedRun, silentProgress} from '../../fakes/run.js'
import {bareRepository} from '../../support/repository.js'

const tools = {
  folders: new DiskProjectFolders(),
  repositories: new CliRepositories(),
}

describe('a repository of the platform', () => {
  let root = ''
  let address = ''
  let run = new RecordedRun()

  const folder = () => join(root, 'python-backend')
  const plan = (given = address) =>
    planClone({project: 'backend', root, address: given, where: 'mitra.yml:3', runs: []}, tools)
  const apply = async (given = address) =>
    applyClone(await plan(given), {...tools, run, progress: silentProgress})
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {cwd: folder()})
  const undo = async () => {
    const step = {id: 'projects.clone.backend', title: '', why: '', undo: 'automatic'} as const
    const record = {path: folder()}
    const planned = await planProjectUndo(step, record, tools)
    await applyProjectUndo(step, record, tools)
    return planned
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mitra-clone मित्र '))
    address = bareRepository(root, {'main.py': '', 'requirements.txt': '# none\n'})
    run = new RecordedRun()
  })

  afterEach(() => rmSync(root, {recursive: true, force: true}))

  test('is cloned by the command that the plan shows, and is there afterwards', async () => {
    const {step} = await plan()
    await apply()

    expect(step?.detail).toMatchObject({
      commands: [['git', 'clone', '--progress', '--', address, '.python-backend.clone-1']],
      files: [folder()],
    })
    expect(existsSync(join(folder(), 'main.py'))).toBe(true)
    expect((await plan()).step).toBeUndefined()
    expect(run.finished).toEqual(['projects.clone.backend'])
  })

  test('that a person has cloned is left alone, whatever its address', async () => {
    mkdirSync(folder())
    writeFileSync(join(folder(), 'main.py'), 'theirs')

    expect(await plan()).toMatchObject({state: 'there', step: undefined})
  })

  test('of which a killed clone left a part is cloned beside it, and the part goes', async () => {
    mkdirSync(join(root, '.python-backend.clone-1/.git'), {recursive: true})
    await apply()

    expect(readdirSync(root).toSorted()).toEqual(['origin.git', 'python-backend', 'seed'])
  })

  test('that cannot be reached is a failure with its fix, and leaves nothing', async () => {
    await expect(apply(join(root, 'nowhere.git'))).rejects.toMatchObject({
      code: 'CLONE',
      hints: [`See it whole: git ls-remote ${join(root, 'nowhere.git')}`, expect.any(String)],
    })
    expect(readdirSync(root).toSorted()).toEqual(['origin.git', 'seed'])
  })

  test('is refused where a file or a link to nowhere has its name', async () => {
    writeFileSync(folder(), '')
    await expect(plan()).rejects.toMatchObject({code: 'NO_FOLDER'})
    rmSync(folder())
    symlinkSync(join(root, 'nowhere'), folder())
    await expect(plan()).rejects.toMatchObject({code: 'NO_FOLDER'})
  })

  test.each([
    'ssh://git@example.com:22/x.git',
    'git@example.com:x.git',
    'https://example.com:8443/x',
  ])('is cloned from %s', async (given) => {
    expect((await plan(given)).command).toContain(given)
  })

  test.each([
    'https://me:s3cret@example.com/x.git',
    'https://u:p/s3cret@example.com/x.git',
    'https://example.com/x.git?access_token=s3cret',
    'ssh://u:p/s3cret@example.com/x.git',
  ])('with a password in its address %s is refused without showing it', async (given) => {
    const refusal: unknown = await plan(given).catch((error: unknown) => error)

    expect(refusal).toMatchObject({code: 'REPOSITORY_PASSWORD'})
    expect(String(refusal)).toContain('mitra.yml:3 repositories.backend')
    expect(String(refusal)).not.toContain('s3cret')
  })

  test.each(['', '.venv/\n'])(
    'is removed by undo as it was cloned, with a venv, ignored: "%s"',
    async (ignored) => {
      await apply()
      writeFileSync(join(folder(), '.git/info/exclude'), ignored)
      mkdirSync(join(folder(), '.venv'))
      writeFileSync(join(folder(), '.venv/pyvenv.cfg'), '')

      expect((await undo())?.title).toBe(`Remove ${folder()}`)
      expect(existsSync(folder())).toBe(false)
    },
  )

  test('goes with what Python made, and with a tag of the origin that is on no branch', async () => {
    const seed = {cwd: join(root, 'seed')}
    execFileSync('git', ['checkout', '--quiet', '--detach'], seed)
    const words = ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--allow-empty', '-mx']
    execFileSync('git', words, seed)
    execFileSync('git', ['tag', 'v1'], seed)
    execFileSync('git', ['push', '--quiet', address, 'v1'], seed)
    await apply()
    mkdirSync(join(folder(), 'app/__pycache__'), {recursive: true})
    writeFileSync(join(folder(), 'app/__pycache__/main.pyc'), '')

    await undo()
    expect(existsSync(folder())).toBe(false)
  })

  test('of a host that is not there hints at the network', async () => {
    await expect(apply('http://127.0.0.1:1/x.git')).rejects.toMatchObject({
      hints: [expect.any(String), expect.stringContaining('network')],
    })
  })

  test.each([
    ['changes that are not committed', () => writeFileSync(join(folder(), 'main.py'), 'x')],
    ['commits that are not pushed', () => git('commit', '--allow-empty', '-m', 'x')],
    [
      'a stash',
      () => {
        writeFileSync(join(folder(), 'main.py'), 'x')
        git('stash')
      },
    ],
    [
      'commits that are not pushed',
      () => {
        git('checkout', '--quiet', '--detach')
        git('commit', '--allow-empty', '-m', 'x')
      },
    ],
    [
      'commits that are not pushed',
      () => {
        git('checkout', '--quiet', '--detach')
        git('commit', '--allow-empty', '-m', 'x')
        git('tag', 'kept')
        git('checkout', '--quiet', 'main')
      },
    ],
    ['other work trees', () => git('worktree', 'add', '--detach', join(root, 'tree'))],
    [
      'such as notes.md',
      () => {
        git('config', 'status.showUntrackedFiles', 'no')
        writeFileSync(join(folder(), 'notes.md'), 'x')
      },
    ],
    [
      'such as .env',
      () => {
        writeFileSync(join(folder(), '.git/info/exclude'), '.env\n')
        writeFileSync(join(folder(), '.env'), 'x')
      },
    ],
    [
      'git was told not to look at',
      () => {
        git('update-index', '--assume-unchanged', 'main.py')
        writeFileSync(join(folder(), 'main.py'), 'x')
      },
    ],
    [
      'a submodule that was fetched',
      () => {
        const add = ['submodule', 'add', '--quiet', join(root, 'seed'), 'sub']
        git('-c', 'protocol.file.allow=always', ...add)
        git('commit', '-m', 'x')
        git('push', '--quiet')
      },
    ],
    ['git does not tell', () => writeFileSync(join(folder(), '.git/index'), 'x')],
  ])('stays when it has %s', async (what, change) => {
    await apply()
    change()

    await expect(undo()).rejects.toMatchObject({
      code: 'PROJECT_CHANGED',
      message: expect.stringContaining(what),
    })
    expect(existsSync(folder())).toBe(true)
  })
})
