import {appendFileSync, existsSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {chmod, mkdtemp} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {fillCache, isCached} from '../../../src/adapters/runtimes/cache.js'
import {requirement} from '../../support/requirements.js'

const isRoot = await requirement(
  'root, whose services run under another account',
  async () => process.getuid?.() === 0,
)

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mitra cache '))
  await chmod(folder, 0o755)
  process.env['MITRA_CACHE_DIR'] = folder
})

afterEach(() => {
  delete process.env['MITRA_CACHE_DIR']
  rmSync(folder, {recursive: true, force: true})
})

/** Puts a program of that text there. */
const program = (text: string) => async (making: string) => writeFileSync(join(making, 'run'), text)

test('what was put there is found again and is not got twice', async () => {
  let times = 0
  const count = async (making: string) => {
    times += 1
    await program('first')(making)
  }

  await fillCache('thing-1', 'run', count)
  await fillCache('thing-1', 'run', count)

  expect(times).toBe(1)
  expect(await isCached('thing-1', 'run')).toBe(true)
})

test('a program that was changed by one byte is got again', async () => {
  const path = await fillCache('thing-1', 'run', program('first'))
  appendFileSync(join(path, 'run'), '!')
  expect(await isCached('thing-1', 'run')).toBe(false)

  await fillCache('thing-1', 'run', program('first'))

  expect(await isCached('thing-1', 'run')).toBe(true)
})

test('what fails half-way leaves nothing behind, and the next attempt works', async () => {
  const failing = fillCache('thing-1', 'run', async (making) => {
    await program('half')(making)
    throw new Error('no network')
  })
  await expect(failing).rejects.toThrow('no network')
  expect(readdirSync(folder).filter((name) => name.startsWith('thing'))).toEqual([])

  await fillCache('thing-1', 'run', program('whole'))

  expect(await isCached('thing-1', 'run')).toBe(true)
})

test('two that want the same thing at once get it once', async () => {
  let times = 0
  const slow = async (making: string) => {
    times += 1
    await new Promise((resolve) => setTimeout(resolve, 200))
    await program('slow')(making)
  }

  const paths = await Promise.all([
    fillCache('thing-1', 'run', slow),
    fillCache('thing-1', 'run', slow),
  ])

  expect(times).toBe(1)
  expect(new Set(paths).size).toBe(1)
  expect(existsSync(join(paths[0], 'run'))).toBe(true)
})

test.skipIf(!isRoot)(
  'root is told before anything is got that a cache in a closed folder cannot serve',
  async () => {
    await chmod(folder, 0o700)
    process.env['MITRA_CACHE_DIR'] = join(folder, 'below', 'cache')
    let times = 0

    const filling = fillCache('thing-1', 'run', async () => {
      times += 1
    })

    await expect(filling).rejects.toMatchObject({code: 'CACHE_CLOSED'})
    expect(times).toBe(0)
    expect(existsSync(join(folder, 'below'))).toBe(false)
  },
)
