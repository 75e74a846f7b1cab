import {mkdir, mkdtemp, realpath, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {findWorkspace, newWorkspaceFolder} from '../../src/config/locate.js'

async function folder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'mitra मित्र ')))
}

test('a workspace is found from any folder below it', async () => {
  const root = await folder()
  const deep = join(root, 'python-backend', 'app')
  await mkdir(deep, {recursive: true})
  await writeFile(join(root, 'mitra.yml'), '')

  expect(await findWorkspace(deep, {})).toBe(root)
})

test('the nearest of two workspaces is taken', async () => {
  const outer = await folder()
  const inner = join(outer, 'inner')
  await mkdir(inner)
  await writeFile(join(outer, 'mitra.yml'), '')
  await writeFile(join(inner, 'mitra.yml'), '')

  expect(await findWorkspace(inner, {})).toBe(inner)
})

test('there is none where no folder upwards has a mitra.yml', async () => {
  expect(await findWorkspace(await folder(), {})).toBeUndefined()
})

test("mitra's own checkout keeps its workspace in a folder of its own", async () => {
  const checkout = await folder()
  await mkdir(join(checkout, 'templates', 'workspace'), {recursive: true})
  await mkdir(join(checkout, 'src', 'cli'), {recursive: true})
  await writeFile(join(checkout, 'templates', 'workspace', 'mitra.yml'), '')
  await writeFile(join(checkout, 'package.json'), '{"name": "mitra"}')

  expect(await newWorkspaceFolder(join(checkout, 'src', 'cli'), {})).toBe(
    join(checkout, 'workspace'),
  )
  expect(await findWorkspace(checkout, {})).toBeUndefined()
  await mkdir(join(checkout, 'workspace'))
  await writeFile(join(checkout, 'workspace', 'mitra.yml'), '')
  expect(await findWorkspace(join(checkout, 'src'), {})).toBe(join(checkout, 'workspace'))
})

test('MITRA_WORKSPACE names the workspace from anywhere', async () => {
  const root = await folder()
  await writeFile(join(root, 'mitra.yml'), '')

  expect(await findWorkspace('/', {MITRA_WORKSPACE: root})).toBe(root)
  expect(await newWorkspaceFolder('/', {MITRA_WORKSPACE: join(root, 'new')})).toBe(
    join(root, 'new'),
  )
})
