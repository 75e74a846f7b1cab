import {chmod, mkdir, readdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {mitra, oddFolder} from '../support/cli.js'
import {gitToolchain} from '../support/git-toolchain.js'
import {hasGitAndVenv} from '../support/python.js'
import {bareRepository} from '../support/repository.js'
import {checkedJson} from '../support/run.js'
import {standInBackend} from '../support/stand-in-backend.js'
import {portsOf, removeWorkspace} from '../support/workspace.js'

interface Result {
  readonly plan: readonly {readonly id: string}[]
  readonly kept?: readonly {readonly id: string; readonly why: string}[]
  readonly followUps: readonly {readonly tool: string}[]
}

describe.runIf(hasGitAndVenv)('setup with a profile', () => {
  let cwd = ''
  let origin = ''

  const at = (env: Readonly<Record<string, string>> = {}) => ({
    cwd,
    env: {...portsOf(25_900), MITRA_ENGINE: 'native', ...env},
  })
  const json = async (argv: readonly string[], env = {}): Promise<Result> => {
    const {stdout, stderr} = await mitra([...argv, '--json'], at(env))
    if (stdout === '') throw new Error(stderr)
    // It holds the schema of setup.
    return checkedJson(stdout, 'setup') as Result
  }
  const plan = () => json(['setup', '--profile', 'backend', '--plan'])
  const projectIds = ({plan: steps}: Result) =>
    steps.map(({id}) => id).filter((id) => id.startsWith('projects.'))

  beforeEach(async () => {
    cwd = await oddFolder()
    origin = await oddFolder()
    await writeFile(join(cwd, 'toolchain.yml'), gitToolchain)
    const address = bareRepository(origin, standInBackend)
    await writeFile(join(cwd, 'mitra.yml'), `repositories:\n  backend: ${address}\n`)
  })

  afterEach(async () => {
    await removeWorkspace(at())
    await rm(origin, {recursive: true, force: true})
  })

  test('clones the backend and makes it ready, killed within the clone and run again', async () => {
    await mkdir(join(cwd, 'bin'))
    const git = join(cwd, 'bin/git')
    // What git had written when mitra was killed.
    const dying =
      '[ "$1" = clone ] && { for f in "$@"; do :; done; mkdir -p "$f/.git"; kill -9 $PPID; }'
    await writeFile(
      git,
      `#!/bin/sh\n${dying}\nexec /usr/bin/env PATH=/usr/local/bin:/usr/bin:/bin git "$@"\n`,
    )
    await chmod(git, 0o755)
    const PATH = `${join(cwd, 'bin')}:${process.env['PATH'] ?? ''}`

    const wanted = projectIds(await plan())
    const killed = await mitra(['setup', '--profile', 'backend', '--yes'], at({PATH}))
    const again = await mitra(['setup', '--profile', 'backend', '--yes'], at())
    const third = await plan()

    expect(wanted).toEqual(['projects.clone.backend', 'projects.venv', 'projects.requirements'])
    expect([killed.signal, again.code]).toEqual(['SIGKILL', 0])
    expect(third.plan).toEqual([])
    expect((await readdir(cwd)).filter((name) => name.includes('clone'))).toEqual([])
  }, 120_000)

  test('takes back an unchanged clone, and leaves one that holds work', async () => {
    await mitra(['setup', '--profile', 'backend', '--yes'], at())
    await writeFile(join(cwd, 'python-backend/main.py'), 'mine')
    const kept = await json(['setup', '--undo', '--plan'])
    await writeFile(join(cwd, 'python-backend/main.py'), '')
    const undone = await mitra(['setup', '--undo', '--yes'], at())

    expect(kept.kept).toContainEqual(
      expect.objectContaining({
        id: 'projects.clone.backend',
        why: expect.stringContaining('changes that are not committed'),
      }),
    )
    expect(undone.code).toBe(0)
    expect((await readdir(cwd)).filter((name) => /python-backend|env/.test(name))).toEqual([])
  }, 120_000)

  test('of a repository that cannot be reached has the platform all the same', async () => {
    await rm(origin, {recursive: true, force: true})
    const result = await mitra(['setup', '--profile', 'backend', '--yes'], at())
    const {plan: left} = await plan()

    expect(result.code).toBe(1)
    expect(result.stderr.replaceAll(/\s+/g, ' ')).toContain('git ls-remote')
    expect(left.map(({id}) => id)).toEqual([
      'projects.clone.backend',
      'projects.venv',
      'projects.requirements',
      'backend.start',
    ])
  }, 120_000)
})
