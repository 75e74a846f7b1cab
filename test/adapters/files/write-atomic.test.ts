import {spawn} from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {DiskFiles} from '../../../src/adapters/files/disk-files.js'
import {writeAtomic, writeError} from '../../../src/adapters/files/write-atomic.js'
import {repositoryRoot} from '../../support/cli.js'

let folder = ''
let file = ''
const umaskBefore = process.umask()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-files-'))
  file = join(folder, 'mitra.yml')
})

afterEach(() => {
  process.umask(umaskBefore)
  rmSync(folder, {recursive: true, force: true})
})

test('writes what it was given, makes folders and leaves nothing else', async () => {
  await writeAtomic(join(folder, 'a/b/c'), 'first')
  await writeAtomic(join(folder, 'a/b/c'), 'दूसरा')

  expect(readFileSync(join(folder, 'a/b/c'), 'utf8')).toBe('दूसरा')
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['c'])
})

test.each([0, 0o022, 0o077, 0o377])('gives the mode asked for under umask %d', async (umask) => {
  process.umask(umask)
  await writeAtomic(file, 'x', 0o600)
  await writeAtomic(`${file}.2`, 'x', 0o644)
  process.umask(umaskBefore)

  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(`${file}.2`).mode & 0o777).toBe(0o644)
})

test('sweeps what killed writers left, and only that', async () => {
  const dead = 2 ** 22 - 1
  const kept = ['.mitra.yml.swp', `.mitra.yml.${process.pid}.0a0b0c0d.tmp`, `.other.${dead}.1.tmp`]
  for (const name of [...kept, `.mitra.yml.${dead}.0a0b0c0d.tmp`]) {
    writeFileSync(join(folder, name), '')
  }

  await writeAtomic(file, 'x')

  expect(readdirSync(folder).toSorted()).toEqual([...kept, 'mitra.yml'].toSorted())
})

test('replaces a link, not the file that it names', async () => {
  writeFileSync(join(folder, 'elsewhere'), 'not ours')
  symlinkSync(join(folder, 'elsewhere'), file)

  await writeAtomic(file, 'ours')

  expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('not ours')
  expect(readFileSync(file, 'utf8')).toBe('ours')
})

test('SIGKILL at any moment leaves the old text or the new one, whole', async () => {
  const script = fileURLToPath(new URL('write-forever.ts', import.meta.url))
  writeFileSync(file, 'a'.repeat(1_000_000))
  const torn: string[] = []
  const lengths = new Set<number>()
  for (let round = 0; round < 12; round += 1) {
    const child = spawn(process.execPath, ['--import', 'tsx', script, file], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await sleep(Math.random() * 60)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    const text = readFileSync(file, 'utf8')
    lengths.add(text.length)
    if (text !== (text[0] ?? '').repeat(text.length) || text.length < 1_000_000) torn.push(text)
  }
  await writeAtomic(file, 'end')

  expect(torn).toEqual([])
  expect(lengths.size).toBeGreaterThan(1)
  expect(readdirSync(folder)).toEqual(['mitra.yml'])
})

test('a folder in the place of the file is an error that leaves no temporary file', async () => {
  mkdirSync(file)

  await expect(writeAtomic(file, 'x')).rejects.toMatchObject({code: 'EISDIR'})
  expect(readdirSync(folder)).toEqual(['mitra.yml'])
})

test.each([
  ['ENOSPC', 'DISK_FULL', 'the disk is full'],
  ['EDQUOT', 'CANNOT_WRITE', 'your disk quota is used up'],
  ['EROFS', 'CANNOT_WRITE', 'the file system is read-only'],
  ['EACCES', 'CANNOT_WRITE', 'it may not be written'],
])('says %s in words', (errno, code, words) => {
  const cause = Object.assign(new Error(errno), {code: errno})

  expect(writeError('/a/b', cause)).toMatchObject({
    kind: 'failed',
    code,
    message: `/a/b was not written: ${words}.`,
    cause,
  })
})

test('reads nothing where there is nothing, and removes twice without complaint', async () => {
  const files = new DiskFiles()
  await files.write(file, 'x')
  await files.remove(file)
  await files.remove(file)

  expect(await files.read(file)).toBeUndefined()
  expect(await files.read(join(file, 'below'))).toBeUndefined()
})
