import {chmodSync, existsSync, rmSync} from 'node:fs'
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

describe('git init', {timeout: 600_000}, () => {
  test('writes what its plan names, has nothing to do again, and undo leaves no trace', async () => {
    scratch.writeBackend()
    scratch.write('lefthook.yml', '# theirs\npre-commit:\n  commands:\n    a:\n      run: true\n')
    const before = scratch.files()

    const planned = await scratch.init('--plan')
    expect(scratch.files()).toEqual(before)
    const done = await scratch.init()
    const after = scratch.files()
    const again = await scratch.init('--plan')
    const undone = await scratch.mitra(['undo', '--yes'])

    const changed = Object.keys(after).filter((path) => after[path] !== before[path])
    const named = done.plan.flatMap(({detail}) => detail.files)
    expect(done.plan).toEqual(planned.plan)
    expect(named.map((path) => path.slice(scratch.root.length + 1)).toSorted()).toEqual(
      changed.filter((path) => path !== '.git/config').toSorted(),
    )
    expect(again).toMatchObject({plan: [], kept: []})
    expect(undone.code).toBe(0)
    expect({...scratch.files(), '.git/config': ''}).toEqual({...before, '.git/config': ''})
    expect(scratch.git(['config', '--get-regexp', 'mitra']).stdout).toBe('')
    expect(existsSync(join(scratch.root, '.github'))).toBe(false)
  })

  test('leaves what a person wrote, names it, and replaces it when told to', async () => {
    scratch.write('.github/workflows/pull-request.yml', 'name: theirs\n')
    scratch.write('docs/pull_request_template.md', 'theirs\n')
    scratch.write('commitlint.config.mjs', 'export default {rules: {}}\n')
    const before = scratch.files()

    const {kept} = await scratch.init()
    const first = scratch.read('.github/workflows/pull-request.yml')
    const replaced = await scratch.init('--replace')
    const second = scratch.read('.github/workflows/pull-request.yml')
    await scratch.mitra(['undo', '--yes'])
    await scratch.mitra(['undo', '--yes'])

    expect(kept.map(({path}) => path).toSorted()).toEqual([
      '.github/workflows/pull-request.yml',
      'commitlint.config.mjs',
      'docs/pull_request_template.md',
    ])
    expect(first).toBe('name: theirs\n')
    expect(replaced.plan.map(({id}) => id)).toEqual(['git.file..github/workflows/pull-request.yml'])
    expect(second).toContain('name: Pull request')
    expect(withoutConfig(scratch.files())).toEqual(withoutConfig(before))
  })

  test('takes nothing back that was changed since', async () => {
    await scratch.init()
    scratch.write('.commitlintrc.yml', 'rules: {}\n')

    const {code, stdout} = await scratch.mitra(['undo', '--yes', '--json'])

    expect(code).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'GIT_FILE_CHANGED'}})
    expect(scratch.read('.commitlintrc.yml')).toBe('rules: {}\n')
  })

  test('follows the workspace: a new backend changes a workflow that nobody touched', async () => {
    await scratch.init()
    scratch.writeBackend()

    const {plan, kept} = await scratch.init()

    expect(plan.map(({id}) => id)).toEqual(['git.file..github/workflows/pull-request.yml'])
    expect(kept).toEqual([])
    expect(scratch.read('.github/workflows/pull-request.yml')).toContain('ruff check')
  })

  test('of two at once one waits, and both end with the workflow there', async () => {
    const ends = await Promise.all([
      scratch.mitra(['git', 'init', '--json']),
      scratch.mitra(['git', 'init', '--json']),
    ])

    const plans = ends.map(
      ({stdout}) => (checkedJson(stdout, 'git-init') as {plan: readonly unknown[]}).plan.length,
    )
    expect(ends.map(({code}) => code)).toEqual([0, 0])
    expect(plans.toSorted((a, b) => a - b)).toEqual([0, 7])
    expect(scratch.commit('Added login').code).toBe(1)
  })

  test('killed at every record and run again it ends the same, and undo still finds all', async () => {
    const theirs = '# theirs\npre-commit:\n  commands:\n    a:\n      run: true\n'
    scratch.write('lefthook.yml', theirs)
    const before = withoutConfig(scratch.files())
    await scratch.init()
    const whole = withoutConfig(scratch.files())
    await scratch.mitra(['undo', '--yes'])
    const wrong: string[] = []
    let record = 0
    let isOver = false

    while (!isOver) {
      record += 1
      // What is torn is the same for every record.
      for (const moment of record === 2 ? ['before', 'after', 'torn'] : ['before', 'after']) {
        const fault = `journal:${record}:${moment}`
        const killed = await scratch.mitra(['git', 'init'], {MITRA_FAULT: fault})
        isOver ||= killed.signal !== 'SIGKILL'
        await scratch.init()
        if (!same(scratch.files(), whole)) wrong.push(`${fault}: again`)
        for (let undo = 0; undo < 3; undo += 1) await scratch.mitra(['undo', '--yes'])
        if (!same(scratch.files(), before)) wrong.push(`${fault}: undo`)
        if (isOver) break
      }
    }

    expect(wrong).toEqual([])
    expect(record).toBeGreaterThan(7)
  })
})

test(
  'a hook of Git LFS makes place, for lefthook calls it, and undo brings it back',
  {timeout: 120_000},
  async () => {
    const lfs = '#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 || exit 2\ngit lfs pre-push "$@"\n'
    scratch.write('.git/hooks/pre-push', lfs)
    chmodSync(join(scratch.root, '.git/hooks/pre-push'), 0o755)
    const before = scratch.files()

    await scratch.init()
    const during = scratch.read('.git/hooks/pre-push')
    await scratch.mitra(['undo', '--yes'])

    expect(during).toContain('call_lefthook')
    expect(withoutConfig(scratch.files())).toEqual(withoutConfig(before))
  },
)

/** Without what holds the time of an installation, and sections that git orders. */
function withoutConfig(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).filter(([path]) => !/config$|checksum$/.test(path)),
  )
}

function same(
  files: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): boolean {
  return JSON.stringify(withoutConfig(files)) === JSON.stringify(others)
}
