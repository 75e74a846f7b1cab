import {execFileSync} from 'node:child_process'
import {appendFileSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {twoSteps} from '../../contracts/journal.js'
import {canMount} from '../../support/small-disk.js'
import {impatientJournal} from './one-run.js'

describe.skipIf(!canMount)('on a full disk', () => {
  let disk = ''

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'mitra-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
  })

  afterEach(() => {
    execFileSync('umount', [disk])
    rmSync(disk, {recursive: true})
  })

  const fill = () => {
    for (const size of [65_536, 4096, 512, 1]) {
      try {
        for (;;) appendFileSync(join(disk, 'filler'), Buffer.alloc(size))
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      }
    }
  }
  const makeRoom = () => rmSync(join(disk, 'filler'))
  const full = {
    kind: 'failed',
    code: 'DISK_FULL',
    hints: [expect.stringContaining('Free some space')],
  }

  test('a record that does not fit is a clear error; what was written stays, and it goes on', async () => {
    const journal = impatientJournal(join(disk, 'journal'))
    const run = await journal.begin('up', twoSteps)
    fill()

    await expect(run.done('stack.start.redis', 'x'.repeat(20_000))).rejects.toMatchObject(full)
    const [onFullDisk] = await journal.runs()
    makeRoom()
    await run.done('stack.start.redis', 'x'.repeat(20_000))
    await run.end('done')

    expect(onFullDisk).toMatchObject({outcome: 'open', finished: [], plan: twoSteps})
    expect(await journal.runs()).toMatchObject([
      {outcome: 'done', finished: [{id: 'stack.start.redis'}]},
    ])
  })

  test('a run that cannot begin says why and changes nothing', async () => {
    const journal = impatientJournal(join(disk, 'journal'))
    await (await journal.begin('up', twoSteps)).end('done')
    fill()

    await expect(journal.begin('down', twoSteps)).rejects.toMatchObject(full)
    expect(await journal.runs()).toHaveLength(1)
    makeRoom()
    await (await journal.begin('down', twoSteps)).end('done')
    expect(await journal.runs()).toHaveLength(2)
  })

  test('the lock can be let go', async () => {
    const journal = impatientJournal(join(disk, 'journal'))
    const lock = await journal.lock('up')
    fill()

    await lock.release()
    makeRoom()

    const other = impatientJournal(join(disk, 'journal'))
    await expect(other.lock('up')).resolves.toBeDefined()
  })
})
