import {rmSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ScratchRepository} from '../support/scratch-repository.js'
import {checkedJson} from '../support/run.js'

let scratch: ScratchRepository

beforeEach(async () => {
  scratch = await ScratchRepository.make()
  scratch.git(['init'])
})

afterEach(() => rmSync(scratch.home, {recursive: true, force: true}))

async function refusal(...flags: readonly string[]) {
  const {code, stdout} = await scratch.mitra(['git', 'init', ...flags, '--json'])
  const {error}: {error: {code: string; message: string; hints: string[]}} = JSON.parse(stdout)
  return {exit: code, ...error}
}

describe('git init refuses, and changes nothing,', {timeout: 120_000}, () => {
  test.each([
    ['hooks of husky', 'HUSKY_THERE', () => scratch.write('.husky/commit-msg', 'npx commitlint\n')],
    [
      'hooks that lie elsewhere',
      'HOOKS_PATH',
      () => scratch.git(['config', 'core.hooksPath', 'my-hooks']),
    ],
    [
      'a hook that is there',
      'HOOK_THERE',
      () => scratch.write('.git/hooks/commit-msg', '#!/bin/sh\nexit 0\n'),
    ],
    [
      'a lefthook.yml that is no YAML',
      'CONFIG_YAML',
      () => scratch.write('lefthook.yml', 'a: [\n'),
    ],
    ['a lefthook.yml of another shape', 'HOOK_FILE', () => scratch.write('lefthook.yml', '- a\n')],
  ])('%s', async (_, code, arrange) => {
    arrange()
    const before = scratch.files()

    const error = await refusal()

    expect(error).toMatchObject({code})
    expect(error.hints.length).toBeGreaterThan(0)
    expect(scratch.files()).toEqual(before)
  })

  test('a bare repository, a folder inside one, one that is none, and one that is not there', async () => {
    const bare = join(scratch.home, 'bare.git')
    scratch.git(['init', '--bare', bare])
    scratch.write('inside/a', '')
    const codes = [
      await refusal('--repository', bare),
      await refusal('--repository', join(scratch.root, 'inside')),
      await refusal('--repository', scratch.home),
      await refusal('--repository', join(scratch.home, 'nothing')),
    ].map(({code}) => code)

    expect(codes).toEqual(['BARE_REPOSITORY', 'INSIDE_REPOSITORY', 'NO_REPOSITORY', 'NO_FOLDER'])
  })

  test('a workspace without a repository, and a machine without git', async () => {
    rmSync(join(scratch.root, '.git'), {recursive: true})
    const none = await refusal()
    const {code, stdout} = await scratch.mitra(['git', 'init', '--json'], {PATH: '/nowhere'})

    expect(none).toMatchObject({code: 'NO_REPOSITORY', exit: 2})
    expect(code).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'NO_GIT'}})
  })

  test('to write through a link', async () => {
    scratch.write('elsewhere.yml', 'rules: {}\n')
    symlinkSync('elsewhere.yml', join(scratch.root, '.commitlintrc.yml'))

    const {kept} = await scratch.init('--replace')

    expect(kept.map(({path}) => path)).toEqual(['.commitlintrc.yml'])
    expect(scratch.read('elsewhere.yml')).toBe('rules: {}\n')
  })
})

describe('git check', {timeout: 120_000}, () => {
  test('finds what a pull request would bring, with commit, line and fix', async () => {
    scratch.commit('Begun long ago')
    scratch.git(['checkout', '-b', 'develop'])
    scratch.git(['checkout', '-b', 'login'])
    scratch.commit('feat: add login')
    scratch.commit('wip: more\nof it')

    const {code, stdout} = await scratch.mitra(['git', 'check', '--json'])

    expect(code).toBe(1)
    expect(checkedJson(stdout, 'git-check')).toMatchObject({
      branch: 'login',
      from: 'develop',
      commits: 2,
      findings: [
        {rule: 'branch-name', fix: 'git branch -m login feature/login'},
        {rule: 'type-enum', line: 1, subject: 'wip: more', fix: 'Write: chore: more'},
        {rule: 'body-leading-blank', line: 2},
      ],
    })
  })

  test('takes a range, and says which name is no commit', async () => {
    scratch.commit('feat: one')
    scratch.commit('two')
    const range = await scratch.mitra(['git', 'check', '--from', 'HEAD~1', '--to', 'HEAD'])
    const unknown = await scratch.mitra(['git', 'check', '--from', 'v9', '--json'])
    const option = await scratch.mitra(['git', 'check', '--from=--output=x', '--json'])

    expect(range.code).toBe(1)
    expect(range.stdout).toContain('1 finding.')
    for (const {code, stdout} of [unknown, option]) {
      expect(code).toBe(2)
      expect(JSON.parse(stdout)).toMatchObject({error: {code: 'NO_COMMIT'}})
    }
  })

  test('has nothing to say of a repository without a commit, and of a detached HEAD no branch', async () => {
    const empty = await scratch.mitra(['git', 'check'])
    scratch.commit('feat: one')
    scratch.git(['checkout', '--detach'])
    const detached = await scratch.mitra(['git', 'check', '--json'])

    expect(empty).toMatchObject({code: 0, stdout: 'Nothing is wrong: 0 commits.\n'})
    expect(checkedJson(detached.stdout, 'git-check')).toMatchObject({branch: null, findings: []})
  })
})

describe('git check of a message that is far too long', {timeout: 60_000}, () => {
  const million = 1_000_000

  test.each([
    ['a line of letters', `fix: x\n\n${'a'.repeat(million)}\n`, 'body-max-line-length'],
    ['a line of words', `fix: x\n\n${'word '.repeat(million / 5)}\n`, 'body-max-line-length'],
    ['a line of references', `fix: x\n\n${'a#1 '.repeat(million / 4)}\n`, 'body-max-line-length'],
    ['a first line', `fix: ${'a'.repeat(million)}\n`, 'header-max-length'],
    ['a first line of full stops', `fix: ${'.'.repeat(million)}x.\n`, 'header-max-length'],
    ['many lines', `fixx: x\n\n${'word #1 word word\n'.repeat(million / 18)}`, 'type-enum'],
  ])('ends at once and names what is wrong: %s', async (_, text, rule) => {
    scratch.write('message', text)
    const begun = performance.now()

    const {code, stdout} = await scratch.mitra([
      'git',
      'check',
      '--message-file',
      'message',
      '--json',
    ])

    expect(performance.now() - begun).toBeLessThan(10_000)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({findings: [expect.objectContaining({rule})]})
    expect(stdout.length).toBeLessThan(2000)
  })

  test('counts the characters of the real line', async () => {
    scratch.write('message', `fix: ${'a'.repeat(60_000)}\n\n${'b'.repeat(4000)}\n`)

    const {stdout} = await scratch.mitra(['git', 'check', '--message-file', 'message'])

    expect(stdout).toContain('60005 characters')
    expect(stdout).toContain('4000 characters')
  })

  test('tells a folder from a file', async () => {
    const {code, stdout} = await scratch.mitra(['git', 'check', '--message-file', '.', '--json'])

    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'NO_MESSAGE'}})
  })
})
