import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {DiskFiles} from '../../src/adapters/files/disk-files.js'
import {PackagedTemplates} from '../../src/adapters/files/packaged-templates.js'
import {
  applyWorkspaceFiles,
  planWorkspaceFiles,
  wantedBackendFiles,
} from '../../src/features/workspace/init.js'
import {RecordedRun} from '../fakes/run.js'

describe('init --with-backend', () => {
  const files = new DiskFiles()
  let root = ''
  const layout = () => ({root, state: join(root, '.mitra'), id: '0123456789ab'})
  const plan = async () =>
    planWorkspaceFiles(
      await wantedBackendFiles(new PackagedTemplates(), layout(), files),
      layout(),
      files,
    )
  const write = async () =>
    applyWorkspaceFiles(await plan(), {layout: layout(), files, run: new RecordedRun()})

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mitra-backend-'))
  })

  afterEach(() => rmSync(root, {recursive: true, force: true}))

  test('plans one step with every file, that can be taken back', async () => {
    const {steps, files: planned} = await plan()

    expect(steps.map(({id, undo}) => [id, undo])).toEqual([['workspace.backend', 'automatic']])
    expect(planned.map(({path}) => path)).toEqual(
      expect.arrayContaining(['python-backend/.gitignore', 'python-backend/backend/routes.py']),
    )
  })

  test('has nothing to do a second time', async () => {
    await write()

    expect((await plan()).steps).toEqual([])
  })

  test('goes on where a kill left some of the files', async () => {
    await write()
    rmSync(join(root, 'python-backend/main.py'))
    await write()

    expect(existsSync(join(root, 'python-backend/main.py'))).toBe(true)
  })

  test('refuses a folder with another backend and leaves it as it is', async () => {
    mkdirSync(join(root, 'python-backend'))
    writeFileSync(join(root, 'python-backend/main.py'), 'theirs')

    await expect(plan()).rejects.toMatchObject({code: 'BACKEND_THERE', kind: 'refused'})
    expect(readFileSync(join(root, 'python-backend/main.py'), 'utf8')).toBe('theirs')
  })

  test('writes Python that compiles and pins every requirement', async () => {
    await write()
    const folder = join(root, 'python-backend')
    const pins = readFileSync(join(folder, 'requirements.txt'), 'utf8').trim().split('\n')

    execFileSync('python3', ['-m', 'compileall', '-q', folder])

    expect(pins.filter((line) => !/^[\w[\]-]+==\d[\w.]+$/.test(line))).toEqual([])
  })
})
