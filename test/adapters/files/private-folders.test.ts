import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {DiskFolders} from '../../../src/adapters/files/private-folders.js'
import type {WrittenFile} from '../../../src/ports/private-folders.js'
import {canMount} from '../../support/small-disk.js'

const folders = new DiskFolders()

describe('a folder for personal data', () => {
  let place = ''

  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'mitra-folders-'))
  })

  afterAll(() => {
    rmSync(place, {recursive: true})
  })

  test('is its owner’s alone, whatever the umask, with the hash of each file', async () => {
    const before = process.umask(0)
    let written: WrittenFile | undefined
    await folders.make(join(place, 'deep/asha'), async (folder) => {
      written = await folder.write('users.json', ['[\n', 'மொழி', ']\n'])
    })
    process.umask(before)
    const file = join(place, 'deep/asha/users.json')

    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(place, 'deep/asha')).mode & 0o777).toBe(0o700)
    expect(statSync(join(place, 'deep')).mode & 0o777).toBe(0o700)
    const text = readFileSync(file)
    const sha256 = createHash('sha256').update(text).digest('hex')
    expect(written).toEqual({name: 'users.json', bytes: text.length, sha256})
  })

  test.each([
    ['folder', (path: string) => mkdirSync(path)],
    ['file', (path: string) => writeFileSync(path, 'kept')],
  ])('is never written over a %s', async (kind, make) => {
    const path = join(place, `taken-${kind}`)
    make(path)

    await expect(folders.make(path, async () => undefined)).rejects.toMatchObject({
      kind: 'failed',
      code: 'FOLDER_EXISTS',
      message: expect.stringContaining(path),
    })
    expect(existsSync(path)).toBe(true)
  })

  test('is not there when filling it failed', async () => {
    const filling = folders.make(join(place, 'half'), async (folder) => {
      await folder.write('one', ['x'])
      throw new Error('gone')
    })

    await expect(filling).rejects.toThrow('gone')
    expect(readdirSync(place).filter((name) => name.includes('half'))).toEqual([])
  })

  test('of a killed process is swept by the next', async () => {
    mkdirSync(join(place, '.old.999999999.0123abcd.part'))
    mkdirSync(join(place, `.own.${process.pid}.0123abcd.part`))
    await folders.make(join(place, 'next'), async () => undefined)

    const parts = readdirSync(place).filter((name) => name.endsWith('.part'))
    expect(parts).toEqual([`.own.${process.pid}.0123abcd.part`])
  })
})

describe.skipIf(!canMount)('a folder on a full disk', () => {
  test('says so, and nothing of it is left', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'mitra-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
    try {
      const filling = folders.make(join(disk, 'asha'), async (folder) => {
        await folder.write(
          'big.json',
          Array.from({length: 100}, () => 'x'.repeat(10_000)),
        )
      })

      await expect(filling).rejects.toMatchObject({
        code: 'DISK_FULL',
        hints: [expect.stringContaining('Free some space')],
      })
      expect(readdirSync(disk)).toEqual([])
    } finally {
      execFileSync('umount', [disk])
      rmSync(disk, {recursive: true})
    }
  })
})
