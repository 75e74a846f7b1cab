import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'
import {mitra} from '../support/cli.js'
import {checkedJson} from '../support/run.js'

/** A workspace before a crontab program that keeps its text in a file, in the format of the real one. */
const folder = mkdtempSync(join(tmpdir(), 'mitra-schedule-'))
const programs = mkdtempSync(join(tmpdir(), 'mitra-cron-'))
const kept = join(programs, 'kept')
const mine = '# mine\n0 4 * * * true\n'

const program = `#!/bin/sh
if [ "$1" = -l ]; then
  [ -f '${kept}' ] || { echo "no crontab for $(id -un)" >&2; exit 1; }
  exec cat '${kept}'
fi
[ "$1" = - ] && exec cat > '${kept}'
exit 2
`

const schedule = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  mitra(['cost', 'schedule', ...argv], {
    cwd: folder,
    env: {
      PATH: [programs, process.env['PATH']].join(delimiter),
      XDG_STATE_HOME: join(programs, 'state'),
      ...env,
    },
  })
const crontab = () => (existsSync(kept) ? readFileSync(kept, 'utf8') : '')

beforeAll(async () => {
  writeFileSync(join(programs, 'crontab'), program)
  chmodSync(join(programs, 'crontab'), 0o755)
  await mitra(['init'], {cwd: folder})
})
beforeEach(() => rmSync(kept, {force: true}))
afterAll(() => {
  for (const path of [folder, programs]) rmSync(path, {recursive: true, force: true})
})

test('plans an entry, writes it, has nothing to do then, and takes it out', async () => {
  writeFileSync(kept, mine)
  const planned = await schedule(['--plan', '--fail-over', '90%', '--json'])
  expect([planned.code, crontab()]).toEqual([2, mine])
  const plan = checkedJson(planned.stdout, 'cost-schedule')
  const done = await schedule(['--fail-over', '90%', '--json'])
  const again = await schedule(['--fail-over', '90%'])

  expect([done.code, again.code]).toEqual([0, 0])
  expect(again.stdout).toContain('Nothing to do')
  expect(checkedJson(done.stdout, 'cost-schedule')).toMatchObject({
    entry: (plan as {entry: string}).entry,
  })
  expect(crontab()).toBe(mine + (plan as {entry: string}).entry)
  expect(crontab()).toMatch(/^0 9 \* \* \* cd .* cost report --quiet --fail-over 90\\% >> /m)
  expect((await schedule(['--remove'])).code).toBe(0)
  expect(crontab()).toBe(mine)
})

test('undo puts back what was there, and refuses when somebody changed it since', async () => {
  await schedule([])
  const first = crontab()
  await schedule(['--at', '7:15'])
  expect(crontab()).toContain('15 7 * * *')
  const undo = () =>
    mitra(['undo', '--yes'], {
      cwd: folder,
      env: {PATH: [programs, process.env['PATH']].join(delimiter)},
    })
  expect((await undo()).code).toBe(0)
  expect(crontab()).toBe(first)
  writeFileSync(kept, first.replace('0 9 *', '1 9 *'))
  const refused = await undo()

  expect(refused.code).toBe(6)
  expect(refused.stderr).toContain('is not what the run wrote')
})

test('refuses a time that is none and a channel that is not set up, before anything is written', async () => {
  const time = await schedule(['--at', '25:00'])
  const channel = await schedule(['--send', 'slack'])

  expect([time.code, channel.code, crontab()]).toEqual([2, 3, ''])
  expect(time.stderr).toContain('09:30')
})

test('refuses a channel whose address is in a variable alone, which cron does not see', async () => {
  const address = 'https://hooks.slack.com/services/secret-token'
  const {code, stderr} = await schedule(['--send', 'slack'], {MITRA_SLACK_WEBHOOK_URL: address})

  expect([code, crontab()]).toEqual([3, ''])
  expect(stderr).toContain('NOTIFY_NOT_KEPT')
  expect(stderr).not.toContain('secret-token')
})

test('the address lies in the secrets of the workspace and nowhere else; settings of the shell are named', async () => {
  const secrets = join(folder, '.mitra/secrets.json')
  const before = existsSync(secrets) ? readFileSync(secrets) : '{}'
  const address = 'https://hooks.slack.com/services/secret-token'
  const kept = {...JSON.parse(before.toString()), 'notify.slack': address}
  writeFileSync(secrets, JSON.stringify(kept), {mode: 0o600})

  const {code, stdout, stderr} = await schedule(['--send', 'slack'], {AWS_PROFILE: 'billing'})

  writeFileSync(secrets, before)
  expect(code).toBe(0)
  expect(stderr).toContain('AWS_PROFILE')
  expect(crontab()).toContain('--send slack')
  expect(crontab() + stdout + stderr).not.toContain('secret-token')
})

test('--at is in the zone of the caller or the one named, the entry in that of the machine', async () => {
  const {zone} = checkedJson((await schedule(['--plan', '--json'])).stdout, 'cost-schedule') as {
    zone: string
  }
  const clock = new Intl.DateTimeFormat('en-GB', {timeZone: zone, timeStyle: 'short'})
  const [hour, minute] = clock.format(new Date('2026-11-24T03:30:00Z')).split(':').map(Number)

  await schedule(['--at', '09:00', '--zone', 'Asia/Kolkata'])
  const named = crontab()
  await schedule(['--at', '09:00'], {TZ: 'Asia/Kolkata'})

  expect(named).toContain(`\n${minute} ${hour} * * * cd `)
  expect(crontab()).toBe(named)
  expect((await schedule(['--zone', 'India'])).code).toBe(2)
})

test('half of an entry is left alone, with its line and what to do', async () => {
  await schedule([])
  const torn = crontab().split('\n').slice(0, 2).join('\n')
  writeFileSync(kept, `${torn}\n`)

  const {code, stderr} = await schedule(['--at', '10:00'])

  expect([code, crontab()]).toEqual([3, `${torn}\n`])
  expect(stderr).toContain('SCHEDULE_BROKEN')
})

test.each([1, 2, 3, 4].flatMap((at) => [`journal:${at}:before`, `journal:${at}:after`]))(
  'killed at %s and run again it ends with one entry',
  async (fault) => {
    writeFileSync(kept, mine)
    const killed = await schedule(['--at', '06:30'], {MITRA_FAULT: fault})
    const again = await schedule(['--at', '06:30'])

    expect(again.code).toBe(0)
    expect(killed.signal ?? killed.code).toBe(Number(fault.split(':')[1]) > 3 ? 0 : 'SIGKILL')
    expect(crontab().match(/begin/g)?.length).toBe(1)
    expect(crontab().startsWith(mine)).toBe(true)
  },
)
