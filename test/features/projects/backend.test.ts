import {chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {DiskFiles} from '../../../src/adapters/files/disk-files.js'
import {HostPrograms} from '../../../src/adapters/process/programs.js'
import {
  applyProject,
  backendInputs,
  keptCommand,
  planProject,
  serveCommand,
} from '../../../src/features/projects/backend.js'
import {RecordedRun} from '../../fakes/run.js'
import {requirement} from '../../support/requirements.js'

const tools = {files: new DiskFiles(), programs: new HostPrograms()}
const hasVenv = await requirement(
  'python3-venv',
  async () =>
    (await tools.programs.run({argv: ['python3', '-c', 'import ensurepip'], folder: '/'})).code ===
    0,
)

describe('what a backend needs to run', () => {
  let root = ''
  const ids = async () => (await planProject(root, tools)).steps.map(({id}) => id)
  const apply = async () =>
    applyProject(await planProject(root, tools), {...tools, run: new RecordedRun()})

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mitra-dev-'))
    mkdirSync(join(root, 'python-backend'))
    writeFileSync(join(root, 'python-backend/main.py'), '')
    // Nothing to download: pip reads the file and is done.
    writeFileSync(join(root, 'python-backend/requirements.txt'), '# none\n')
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(root, {recursive: true, force: true})
  })

  test.skipIf(!hasVenv)('is made once, and again only when requirements.txt changes', async () => {
    const first = await ids()
    await apply()
    const second = await ids()
    writeFileSync(join(root, 'python-backend/requirements.txt'), '# other\n')

    expect(first).toEqual(['projects.venv', 'projects.requirements'])
    expect(second).toEqual([])
    expect(await ids()).toEqual(['projects.requirements'])
  })

  test.skipIf(!hasVenv)('is made again where pip failed', async () => {
    writeFileSync(join(root, 'python-backend/requirements.txt'), './no-such-folder\n')

    await expect(apply()).rejects.toMatchObject({code: 'BACKEND_NOT_READY'})
    expect(await ids()).toEqual(['projects.requirements'])
  })

  test.skipIf(!hasVenv)(
    'names what pip did not find, and the index as the other cause',
    async () => {
      const empty = join(root, 'index')
      mkdirSync(empty)
      vi.stubEnv('PIP_NO_INDEX', '1')
      vi.stubEnv('PIP_FIND_LINKS', empty)
      writeFileSync(join(root, 'python-backend/requirements.txt'), 'no-such-package==9\n')

      await expect(apply()).rejects.toMatchObject({
        code: 'BACKEND_NOT_READY',
        hints: [
          expect.stringContaining('pip found no no-such-package==9'),
          expect.stringContaining('pip reached no package index'),
          expect.stringContaining('See it whole'),
        ],
      })
    },
  )

  test('is refused where there is no backend, with what makes one', async () => {
    rmSync(join(root, 'python-backend'), {recursive: true})

    await expect(planProject(root, tools)).rejects.toMatchObject({
      code: 'NO_BACKEND',
      hints: [expect.stringContaining('mitra init --with-backend')],
    })
  })

  test('names python3-venv where python3 cannot make a venv', async () => {
    const program = join(root, 'python3')
    writeFileSync(program, '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    chmodSync(program, 0o755)
    vi.stubEnv('PATH', `${root}:/usr/bin:/bin`)

    await expect(planProject(root, tools)).rejects.toMatchObject({
      code: 'NO_VENV',
      hints: [expect.stringContaining('python3-venv')],
    })
  })

  test('is read with the variables of the workspace when its folder is a link', async () => {
    const elsewhere = join(root, 'sources/elsewhere')
    mkdirSync(join(elsewhere, '.venv'), {recursive: true})
    for (const path of ['main.py', 'requirements.txt', '.venv/.mitra-requirements']) {
      writeFileSync(join(elsewhere, path), '')
    }
    rmSync(join(root, 'python-backend'), {recursive: true})
    symlinkSync(elsewhere, join(root, 'python-backend'))
    const without = await backendInputs(root, tools.files)
    writeFileSync(join(root, '.env.local'), '')

    expect(without).toMatchObject({inputs: undefined, missing: ['.env.local']})
    expect(await backendInputs(root, tools.files)).toMatchObject({missing: []})
    expect(keptCommand(join(root, 'python-backend'), 8000).at(-1)).toBe(join(root, '.env.local'))
  })

  test('runs on loopback only', () => {
    expect(serveCommand('/w/python-backend', 8000).join(' ')).toContain(
      'uvicorn main:app --reload --host 127.0.0.1 --port 8000',
    )
  })
})
