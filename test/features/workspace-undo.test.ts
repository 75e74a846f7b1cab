import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {DiskFiles} from '../../src/adapters/files/disk-files.js'
import {DiskProjectFolders} from '../../src/adapters/files/disk-project-folders.js'
import {PackagedTemplates} from '../../src/adapters/files/packaged-templates.js'
import {digestOfText} from '../../src/features/projects/digest.js'
import {templateTexts} from '../../src/features/workspace/init.js'
import {
  applyWorkspaceUndo,
  planWorkspaceUndo,
  stayingFiles,
} from '../../src/features/workspace/undo.js'

describe('the undo of files that a run wrote', () => {
  let root = ''
  const layout = () => ({root, state: join(root, '.mitra'), id: '0123456789ab'})
  const tools = () => ({
    files: new DiskFiles(),
    folders: new DiskProjectFolders(),
    templates: new PackagedTemplates(),
    layout: layout(),
  })
  const step = {id: 'workspace.backend', title: '', why: '', undo: 'automatic'} as const
  const path = (name: string) => join(root, name)
  const write = (names: readonly string[]) => {
    for (const name of names) {
      mkdirSync(join(path(name), '..'), {recursive: true})
      writeFileSync(path(name), name)
    }
    return {paths: names.map(path), sha256: names.map((name) => digestOfText(name))}
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mitra-undo मित्र '))
  })

  afterEach(() => rmSync(root, {recursive: true, force: true}))

  test('removes them, what Python compiled of them and their empty folders', async () => {
    const record = write(['python-backend/main.py', 'python-backend/app/routes.py'])
    mkdirSync(path('python-backend/app/__pycache__'))
    writeFileSync(path('python-backend/app/__pycache__/routes.cpython-311.pyc'), '')
    await applyWorkspaceUndo(record, tools())

    expect(existsSync(path('python-backend'))).toBe(false)
    expect(await planWorkspaceUndo(step, record, tools())).toBeUndefined()
    expect(await stayingFiles(step, record, tools())).toBeUndefined()
  })

  test('leaves those that a person changed and names them', async () => {
    const record = write(['mitra.yml', 'database/shared/1.sql', 'database/shared/2.sql'])
    writeFileSync(path('database/shared/1.sql'), 'mine')
    const planned = await planWorkspaceUndo(step, record, tools())
    const stays = await stayingFiles(step, record, tools())
    await applyWorkspaceUndo(record, tools())

    expect(planned?.title).toContain('Remove 2 files')
    expect(stays?.title).toBe(`changed since: ${path('database/shared/1.sql')}`)
    expect(['mitra.yml', 'database/shared/1.sql'].map((name) => existsSync(path(name)))).toEqual([
      false,
      true,
    ])
  })

  test('leaves empty folders of a person', async () => {
    const record = write(['database/shared/1.sql'])
    mkdirSync(path('database/drafts'))
    await applyWorkspaceUndo(record, tools())

    expect(['database/drafts', 'database/shared'].map((name) => existsSync(path(name)))).toEqual([
      true,
      false,
    ])
  })

  test('leaves a folder that has become a Git repository, whole', async () => {
    const record = write(['python-backend/main.py', 'python-backend/app/routes.py'])
    mkdirSync(path('python-backend/.git/refs/tags'), {recursive: true})
    await applyWorkspaceUndo(record, tools())

    expect(await planWorkspaceUndo(step, record, tools())).toBeUndefined()
    expect((await stayingFiles(step, record, tools()))?.title).toBe(
      `${path('python-backend')} is a Git repository now`,
    )
    expect(
      ['main.py', '.git/refs/tags'].map((name) => existsSync(path(`python-backend/${name}`))),
    ).toEqual([true, true])
  })

  test('of a record without digests removes only what is as the template has it', async () => {
    const texts = await templateTexts(new PackagedTemplates(), layout())
    writeFileSync(path('env.schema.yml'), texts.get(path('env.schema.yml')) ?? '')
    writeFileSync(path('mitra.yml'), 'mine')
    await applyWorkspaceUndo({paths: [path('env.schema.yml'), path('mitra.yml')]}, tools())

    expect(['env.schema.yml', 'mitra.yml'].map((name) => existsSync(path(name)))).toEqual([
      false,
      true,
    ])
  })

  test.runIf(existsSync('/proc/version'))('of a file that may not be removed says so', async () => {
    await expect(new DiskFiles().remove('/proc/version')).rejects.toMatchObject({
      kind: 'failed',
      code: 'CANNOT_REMOVE',
      message: '/proc/version may not be removed.',
    })
  })
})
