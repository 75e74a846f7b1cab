import {execFile} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, afterEach, describe, expect, test} from 'vitest'
import {Crontab} from '../../../src/adapters/schedule/crontab.js'
import {requirement} from '../../support/requirements.js'

const run = promisify(execFile)

/** An account that nobody logs in with; only root may write its crontab. */
const user = 'nobody'
const isThere = await requirement('crontab, as root (scripts/ci/cron.sh gets it)', async () => {
  if (process.getuid?.() !== 0) return false
  return run('crontab', ['-u', user, '-l']).then(
    () => false,
    (error: {stderr?: string}) => /no crontab for/.test(error.stderr ?? ''),
  )
})

const command = {
  key: 'cost-report-0123456789ab',
  argv: ['/usr/bin/node', '/opt/mitra/bin/run.js', '--fail-over', '90%'],
  folder: '/srv/agent mitra',
  at: {hour: 9, minute: 5},
  logFile: '/tmp/cost-report.log',
} as const

const lockFolder = mkdtempSync(join(tmpdir(), 'mitra-crontab-lock-'))
const open = () => new Crontab({lockFolder, user})

afterAll(() => rmSync(lockFolder, {recursive: true}))

describe.skipIf(!isThere)('the crontab of a user', () => {
  afterEach(() => run('crontab', ['-u', user, '-r']).catch(() => undefined))

  const lines = async () => (await run('crontab', ['-u', user, '-l'])).stdout

  test('has no entry where there is no crontab', async () => {
    expect(await open().read(command.key)).toBeUndefined()
  })

  test('takes an entry that cron accepts, a second one in its place, and loses nothing else', async () => {
    const crontab = open()
    const other = '# mine\n0 4 * * * true\n'
    const writing = run('crontab', ['-u', user, '-'])
    writing.child.stdin?.end(other)
    await writing
    const entry = crontab.entryFor(command)
    await crontab.write(command.key, entry)
    await crontab.write(command.key, crontab.entryFor({...command, at: {hour: 8, minute: 0}}))

    expect(await lines()).toContain(other)
    expect((await lines()).match(/begin/g)?.length).toBe(1)
    await crontab.write(command.key, undefined)
    expect(await lines()).toBe(other)
  })

  test('keeps the bytes of others that are no UTF-8', async () => {
    const other = Buffer.from('# caf\xE9\n0 4 * * * true\n', 'latin1')
    const writing = run('crontab', ['-u', user, '-'])
    writing.child.stdin?.end(other)
    await writing
    await open().write(command.key, open().entryFor({...command, folder: '/srv/मित्र'}))
    expect(await open().read(command.key)).toContain('/srv/मित्र')
    await open().write(command.key, undefined)

    const {stdout} = await run('crontab', ['-u', user, '-l'], {encoding: 'buffer'})
    expect(stdout).toEqual(other)
  })

  test('takes the entries of many workspaces at once and loses none', async () => {
    const keys = Array.from({length: 8}, (_, at) => `cost-report-${at}`)

    await Promise.all(keys.map((key) => open().write(key, open().entryFor({...command, key}))))

    const missing = []
    for (const key of keys) if ((await open().read(key)) === undefined) missing.push(key)
    expect(missing).toEqual([])
  })
})

test('without cron says how to get it', async () => {
  const before = process.env['PATH']
  const empty = mkdtempSync(join(tmpdir(), 'mitra-no-cron-'))
  process.env['PATH'] = empty
  try {
    await expect(new Crontab({lockFolder}).read('x')).rejects.toMatchObject({code: 'CRON_MISSING'})
  } finally {
    process.env['PATH'] = before
    rmSync(empty, {recursive: true})
  }
})
