import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {HostMachine} from '../../../src/adapters/machine/host-machine.js'

const folder = mkdtempSync(join(tmpdir(), 'mitra-machine-'))
const machine = new HostMachine()

afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

test('reads the mode of a file, and knows when there is none', async () => {
  const path = join(folder, 'secret')
  writeFileSync(path, '')
  chmodSync(path, 0o640)

  expect(await machine.permissions(path)).toEqual({mode: 0o640, isOwn: true, isWritable: true})
  expect(await machine.permissions(join(folder, 'nothing'))).toBeUndefined()
})

test('measures the disk of a folder that is not made yet', async () => {
  const layout = {root: folder, state: join(folder, 'a/b/.mitra'), id: '0123456789ab'}

  const places = await machine.storage(layout)

  expect(places.map(({holds}) => holds)).toEqual([
    'workspace',
    'data of the services',
    'programs of the native engine',
  ])
  expect(places.every(({freeBytes}) => freeBytes > 0)).toBe(true)
})
