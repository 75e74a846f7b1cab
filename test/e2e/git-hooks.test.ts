import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ScratchRepository} from '../support/scratch-repository.js'

let scratch: ScratchRepository

beforeEach(async () => {
  scratch = await ScratchRepository.make()
  scratch.git(['init'])
})

afterEach(() => rmSync(scratch.home, {recursive: true, force: true}))

describe('the hooks of git init, with real git and lefthook', {timeout: 120_000}, () => {
  test('refuse a bad message with what would pass, and let a good one through', async () => {
    await scratch.init()
    const bad = scratch.commit('Added login')
    const good = scratch.commit('feat: add login')

    expect(bad.code).toBe(1)
    expect(bad.out).toContain('"Added login" does not begin with a type and a colon.')
    expect(bad.out).toContain('Write: feat: added login')
    expect(good.code).toBe(0)
    expect(scratch.git(['log', '--format=%s']).stdout).toBe('feat: add login')
  })

  test('let merges, reverts and fixups through, as commitlint does', async () => {
    await scratch.init()
    scratch.commit('feat: add login')
    scratch.git(['checkout', '-b', 'feature/x'])
    scratch.commit('feat: add x')
    scratch.git(['checkout', 'main'])
    scratch.commit('fix: mend y')

    const codes = [
      scratch.git(['merge', '--no-ff', '--no-edit', 'feature/x']),
      scratch.git(['commit', '--allow-empty', '--fixup', 'HEAD~1']),
      scratch.git(['commit', '--allow-empty', '--squash', 'HEAD~1', '--no-edit']),
      scratch.git(['revert', '--no-edit', '--allow-empty', 'HEAD~3']),
    ].map(({code}) => code)

    expect(codes.slice(0, 3)).toEqual([0, 0, 0])
    expect(scratch.git(['log', '-1', '--format=%P', 'HEAD~2']).stdout).toContain(' ')
  })

  test('leave an empty message to git, and the diff of --verbose out', async () => {
    await scratch.init()
    scratch.write('a.txt', `${'long '.repeat(50)}\n`)
    scratch.git(['add', 'a.txt'])
    const editor = ['-c', `core.editor=sed -i '1s/^/feat: add a\\n/'`]
    const empty = scratch.git(['-c', 'core.editor=true', 'commit', '--allow-empty'])
    const verbose = scratch.git([...editor, 'commit', '--verbose'])

    expect(empty.out).toContain('Aborting commit due to empty commit message')
    expect(verbose.code).toBe(0)
  })

  test('refuse a push of a branch that is named wrongly, and no deletion or tag', async () => {
    await scratch.init()
    scratch.commit('feat: add login')
    const origin = join(scratch.home, 'origin.git')
    scratch.git(['init', '--bare', origin])
    scratch.git(['remote', 'add', 'origin', origin])
    const push = (...words: readonly string[]) => scratch.git(['push', 'origin', ...words])

    const bad = push('HEAD:refs/heads/feat/login')
    const good = push('HEAD:refs/heads/feature/login')
    scratch.git(['tag', 'v1'])
    scratch.git(['push', '--no-verify', 'origin', 'HEAD:refs/heads/odd'])

    expect(bad.code).toBe(1)
    expect(bad.out).toContain('git branch -m feat/login feature/login')
    expect(good.code).toBe(0)
    expect([push('v1').code, push(':odd').code, push('main').code]).toEqual([0, 0, 0])
  })

  test('hold in a linked worktree and in a submodule', async () => {
    scratch.commit('feat: begin')
    await scratch.init()
    const tree = join(scratch.home, 'second tree')
    scratch.git(['worktree', 'add', tree, '-b', 'feature/x'])
    scratch.git(['add', '--all'])
    scratch.commit('chore: the workflow')
    scratch.git(['merge', 'main'], tree)
    const module = join(scratch.root, 'python-backend')
    scratch.git(['-c', 'protocol.file.allow=always', 'submodule', 'add', tree, 'python-backend'])
    await scratch.init('--repository', module)

    const codes = [tree, module].map((folder) =>
      ['no type', 'feat: a type'].map(
        (message) => scratch.git(['commit', '--allow-empty', '-m', message], folder).code,
      ),
    )

    expect(codes).toEqual([
      [1, 0],
      [1, 0],
    ])
  })

  test('pass with a word about it when mitra is gone', async () => {
    await scratch.init()
    scratch.git(['config', 'mitra.program', '/nowhere/run.js'])
    const {code, out} = scratch.commit('Added login')

    expect(code).toBe(0)
    expect(out).toContain('mitra is not where it was (/nowhere/run.js)')
  })
})
