import {execFileSync} from 'node:child_process'
import {createHash, randomBytes} from 'node:crypto'
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {TarArchives} from '../../../src/adapters/archive/tar-archives.js'
import type {ArchiveEntry} from '../../../src/ports/archives.js'
import {requirement} from '../../support/requirements.js'

const archives = new TarArchives()

const canMount = await requirement('the right to mount a small tmpfs', async () => {
  const place = mkdtempSync(join(tmpdir(), 'mitra-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], {stdio: 'ignore'})
    execFileSync('umount', [place], {stdio: 'ignore'})
    return true
  } catch {
    return false
  } finally {
    rmSync(place, {recursive: true, force: true})
  }
})

async function* entriesOf(...entries: readonly ArchiveEntry[]): AsyncGenerator<ArchiveEntry> {
  yield* entries
}

async function* failing(): AsyncGenerator<ArchiveEntry> {
  yield {name: 'first', bytes: randomBytes(100_000)}
  throw new Error('the server hung up')
}

const small = [
  {name: 'manifest.json', bytes: Buffer.from('{"format": "test"}')},
  {name: 'data/users/000001.copy', bytes: Buffer.from('1\tAsha\n2\tமொழி\n')},
  {name: 'empty', bytes: Buffer.alloc(0)},
]

describe('an archive file', () => {
  let folder = ''
  const path = () => join(folder, 'a.tar.gz')

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mitra archive '))
  })

  afterEach(() => {
    rmSync(folder, {recursive: true, force: true})
  })

  const readAll = async (file = path()) => {
    const found: ArchiveEntry[] = []
    for await (const entry of archives.read(file)) found.push(entry)
    return found
  }
  const outcome = async (file: string) => {
    try {
      await archives.check(file)
      return 'whole'
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'no MitraError'
    }
  }

  test('gives back what was written, byte for byte, and is for its owner alone', async () => {
    const written = await archives.write(path(), entriesOf(...small))
    const bytes = readFileSync(path())

    expect(await readAll()).toEqual(small)
    expect(await archives.check(path())).toEqual(written)
    expect(written.bytes).toBe(bytes.length)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['a.tar.gz'])
  })

  test('can be opened without mitra', async () => {
    await archives.write(path(), entriesOf(...small))
    const listed = execFileSync('tar', ['-tzf', path()], {encoding: 'utf8'})
    const users = execFileSync('tar', ['-xzOf', path(), 'data/users/000001.copy'])

    expect(listed.trim().split('\n')).toEqual(small.map(({name}) => name))
    expect(users).toEqual(small[1]?.bytes)
  })

  test('is the same file for the same entries', async () => {
    const hashes = ['b', 'c'].map(async (name) => {
      const {sha256} = await archives.write(join(folder, name), entriesOf(...small))
      return sha256
    })
    const [one, other] = await Promise.all(hashes)
    expect(one).toBe(other)
  })

  test('a bit flipped anywhere is found, in every byte of it', async () => {
    await archives.write(path(), entriesOf(...small))
    const bytes = readFileSync(path())
    const file = join(folder, 'flipped')
    const outcomes = new Set<string>()
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(file, flipped)
      outcomes.add(await outcome(file))
    }
    expect([...outcomes].toSorted()).toEqual(['ARCHIVE_DAMAGED', 'NO_ARCHIVE'])
  })

  test('cut off anywhere it is found, and so is what was added to it', async () => {
    await archives.write(path(), entriesOf(...small))
    const bytes = readFileSync(path())
    const file = join(folder, 'cut')
    const whole: number[] = []
    for (let length = 0; length < bytes.length; length += 1) {
      writeFileSync(file, bytes.subarray(0, length))
      if ((await outcome(file)) === 'whole') whole.push(length)
    }
    writeFileSync(file, Buffer.concat([bytes, Buffer.from('\n')]))

    expect(whole).toEqual([])
    expect(await outcome(file)).toBe('ARCHIVE_DAMAGED')
  })

  test('other files and no file are told apart from a damaged one', async () => {
    const text = join(folder, 'notes.txt')
    writeFileSync(text, 'not an archive of anything at all, but long enough to have been one')
    execFileSync('tar', ['-czf', join(folder, 'theirs.tar.gz'), '-C', folder, 'notes.txt'])

    expect(await outcome(text)).toBe('NO_ARCHIVE')
    expect(await outcome(folder)).toBe('NO_ARCHIVE')
    expect(await outcome(join(folder, 'missing'))).toBe('ARCHIVE_MISSING')
    expect(await outcome(join(folder, 'theirs.tar.gz'))).toBe('ARCHIVE_DAMAGED')
  })

  test('one that is there is not written over', async () => {
    writeFileSync(path(), 'mine')

    await expect(archives.write(path(), entriesOf(...small))).rejects.toMatchObject({
      code: 'EXISTS',
    })
    expect(readFileSync(path(), 'utf8')).toBe('mine')
  })

  test('what fails half way leaves nothing, and the reason comes through', async () => {
    await expect(archives.write(path(), failing())).rejects.toThrow('the server hung up')
    expect(readdirSync(folder)).toEqual([])
  })

  test('what a killed writer left is swept by the next', async () => {
    writeFileSync(join(folder, '.a.tar.gz.999999999.0011aabb.tmp'), 'half')
    await archives.write(path(), entriesOf(...small))
    expect(readdirSync(folder)).toEqual(['a.tar.gz'])
  })

  test('memory does not grow with it', async () => {
    const part = randomBytes(1024 * 1024)
    const hash = createHash('sha256')
    async function* large(): AsyncGenerator<ArchiveEntry> {
      for (let number = 0; number < 60; number += 1) yield {name: `part${number}`, bytes: part}
    }
    const before = process.memoryUsage().rss
    let most = 0
    await archives.write(path(), large())
    for await (const {bytes} of archives.read(path())) {
      hash.update(bytes)
      most = Math.max(most, process.memoryUsage().rss)
    }
    const wanted = createHash('sha256')
    for (let number = 0; number < 60; number += 1) wanted.update(part)

    expect(hash.digest('hex')).toBe(wanted.digest('hex'))
    expect((most - before) / 1024 / 1024).toBeLessThan(120)
  })

  test.skipIf(!canMount)('a full disk is named, and nothing is left on it', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder])
    try {
      const large = entriesOf({name: 'large', bytes: randomBytes(1024 * 1024)})

      await expect(archives.write(path(), large)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: `${path()} was not written: the disk is full.`,
      })
      expect(readdirSync(folder)).toEqual([])
    } finally {
      execFileSync('umount', [folder])
    }
  })
})
