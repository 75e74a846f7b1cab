import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {widthOf} from '../../src/features/cost/render/blocks.js'
import {exportText} from '../adapters/focus/exports.js'
import {mitra, mitraJson} from '../support/cli.js'
import {HttpReceiver, status} from '../support/http-receiver.js'

/** The built CLI, as cron runs it: no terminal, no workspace, anybody's time zone. */
let folder: string
let receiver: HttpReceiver
let env: Record<string, string>
let from: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-cron-'))
  receiver = new HttpReceiver()
  const address = await receiver.open()
  env = {
    MITRA_WORKSPACE: join(folder, 'none'),
    XDG_STATE_HOME: join(folder, 'state'),
    MITRA_SLACK_WEBHOOK_URL: `${address}/services/secret-token-of-slack`,
    MITRA_PING_URL: `${address}/ping-secret`,
  }
  from = join(folder, 'bill.csv')
  const days = Array.from({length: 23}, (_, at) => {
    const day = `2026-11-${String(at + 1).padStart(2, '0')}`
    return {ChargePeriodStart: `${day}T22:30:00Z`, ChargePeriodEnd: `${day}T23:30:00Z`}
  })
  writeFileSync(from, exportText(days))
})

afterEach(async () => {
  await receiver.close()
  rmSync(folder, {recursive: true, force: true})
})

const cost = (argv: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  mitra(['cost', 'report', ...argv], {cwd: folder, env: {...env, ...more}})
const posts = () => receiver.received.filter(({path}) => path.startsWith('/services'))
const pings = () => receiver.received.map(({path}) => path).filter((path) => path.includes('ping'))

describe('mitra cost report as a process', () => {
  test('is the same in every time zone: days are those of the bill', async () => {
    const zones = ['UTC', 'Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Kiritimati']
    const reports = await Promise.all(
      zones.map((TZ) =>
        mitraJson<{report: {daily: unknown; total: unknown; period: string}}>(
          ['cost', 'report', '--from', from],
          {cwd: folder, env: {...env, TZ, XDG_STATE_HOME: join(folder, TZ)}},
        ),
      ),
    )

    for (const {report} of reports) {
      expect(report.daily).toEqual(reports[0]?.report.daily)
      expect(report.total).toEqual(reports[0]?.report.total)
      expect(report.period).toBe('2026-11-01 to 2026-11-23 UTC (1 Nov, 05:30 to 24 Nov, 05:30 IST)')
    }
  })

  test('has no colour in a pipe, and is as wide as it is told', async () => {
    const {stdout, stderr, code} = await cost(['--sample'], {COLUMNS: '64'})

    expect(code).toBe(0)
    expect(stderr).toBe('')
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/\u001B/)
    expect(stdout.split('\n').filter((line) => widthOf(line) > 64)).toEqual([])
  })

  test('is silent in cron when all is well, and tells the switch', async () => {
    const {stdout, stderr, code} = await cost(['--quiet', '--from', from])

    expect({stdout, stderr, code}).toEqual({stdout: '', stderr: '', code: 0})
    expect(pings()).toEqual(['/ping-secret/start', '/ping-secret'])
  })

  test('tells no secret when a receiver refuses', async () => {
    const refuse = status(404, 'no such token secret-token-of-slack')
    receiver.answer = (response, count) => {
      if (receiver.received.at(-1)?.path.startsWith('/services')) refuse(response, count)
      else response.end('ok')
    }
    const {stdout, stderr, code} = await cost(['--from', from, '--send', 'slack'])

    expect(code).toBe(1)
    expect(stderr).toContain('Not sent to slack')
    expect(stdout + stderr).not.toMatch(/secret-token|ping-secret/)
    expect(readFileSync(join(folder, 'state/mitra/cost/reports.json'), 'utf8')).not.toMatch(
      /secret-token|ping-secret/,
    )
  })

  test('five crons at once send once', async () => {
    const runs = await Promise.all(
      Array.from({length: 5}, () => cost(['--quiet', '--from', from, '--send', 'slack'])),
    )

    expect(runs.map(({code}) => code)).toEqual([0, 0, 0, 0, 0])
    expect(posts()).toHaveLength(1)
  })

  test('killed while it sends, the next run sends and says so; then nothing more is sent', async () => {
    let isKilled = false
    receiver.answer = (response) => {
      const last = receiver.received.at(-1)
      // The receiver has it and never answers.
      if (last?.path.startsWith('/services') && !isKilled) return
      response.end('ok')
    }
    const first = mitra(['cost', 'report', '--quiet', '--from', from, '--send', 'slack'], {
      cwd: folder,
      env,
      onStart: (child) => {
        const timer = setInterval(() => {
          if (posts().length === 0) return
          isKilled = true
          clearInterval(timer)
          child.kill('SIGKILL')
        }, 20)
      },
    })
    expect((await first).signal).toBe('SIGKILL')

    const second = await cost(['--from', from, '--send', 'slack'])
    const third = await cost(['--from', from, '--send', 'slack'])

    expect(second.code).toBe(0)
    expect(second.stderr).toContain('Sent to slack.')
    expect(third.stderr).toContain('It went to slack today already')
    expect(posts()).toHaveLength(2)
    expect(posts()[1]?.body).toContain('Perhaps a repeat')
  })

  test('is written whole or not at all, over an older one', async () => {
    const output = join(folder, 'report.html')
    writeFileSync(output, 'older')
    const {code} = await cost(['--sample', '--output', output])

    expect(code).toBe(0)
    expect(readFileSync(output, 'utf8')).toMatch(/^<!doctype html>.*<\/html>\n$/s)
  })

  test('works where nothing may be written, and says what it could not keep', async () => {
    const {code, stdout, stderr} = await cost(['--from', from], {XDG_STATE_HOME: from})

    expect(code).toBe(0)
    expect(stdout).toContain('Cloud costs')
    expect(stderr).toContain('not remembered')
  })
})
