import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ledgerOf, steady} from '../features/cost/report/reports.js'
import {ReportDesk} from '../support/report-desk.js'

let desk: ReportDesk
beforeEach(() => {
  desk = new ReportDesk()
})
afterEach(() => desk.leave())

describe('--send', () => {
  test('sends once a day on each channel, again with --force', async () => {
    await desk.report(['--send', 'slack'])
    const second = await desk.report(['--send', 'slack,email', '--json'])
    const third = await desk.report(['--send', 'slack', '--force'])

    expect(second.result?.sends).toEqual([
      {channel: 'slack', state: 'already', message: null},
      {channel: 'email', state: 'sent', message: null},
    ])
    expect(third.exitCode).toBe(0)
    expect([desk.slack.sent.length, desk.email.sent.length]).toEqual([2, 1])
    desk.now = '2026-11-25T06:00:00Z'
    await desk.report(['--send', 'slack'])
    expect(desk.slack.sent.length).toBe(3)
  })

  test('says where it stands, where it goes, and has the page for who can show it', async () => {
    await desk.report(['--send', 'email'], desk.tools(ledgerOf(steady(600))))
    const [notice] = desk.email.sent

    expect(notice).toMatchObject({
      severity: 'warning',
      title: expect.stringMatching(
        /^Cloud costs to 24 Nov: ₹14,400\.00 of ₹15,000\.00, will exceed/,
      ),
      text: expect.stringContaining('Month end: ₹'),
      attachment: {name: 'cloud-costs-2026-11-24.html', content: expect.stringContaining('<svg')},
    })
    expect(notice?.html).not.toMatch(/<svg|<style/)
  })

  test('plans with --plan and sends nothing', async () => {
    const {exitCode, stderr, result} = await desk.report(['--send', 'slack', '--plan'])

    expect(exitCode).toBe(2)
    expect(stderr).toContain('Would be sent to slack.')
    expect(result?.sends).toEqual([{channel: 'slack', state: 'planned', message: null}])
    expect(desk.slack.sent).toEqual([])
    expect((await desk.report(['--send', 'slack'])).result?.sends).toMatchObject([{state: 'sent'}])
  })

  test('that fails on one channel goes out on the other, exits 1 and is tried again', async () => {
    desk.slack.behaviour = 'refuse'
    const first = await desk.report(['--send', 'slack,email'])
    desk.slack.behaviour = 'take'
    const second = await desk.report(['--send', 'slack,email', '--json'])

    expect(first.exitCode).toBe(1)
    expect(first.stderr).toContain('Not sent to slack: The fake slack does not take it.')
    expect(first.stdout).toContain('Cloud costs')
    expect(second.result?.sends).toMatchObject([{state: 'sent'}, {state: 'already'}])
    expect(desk.slack.sent[0]?.text).not.toContain('Perhaps a repeat')
  })

  test('that may have gone out is sent again and says so', async () => {
    desk.slack.behaviour = 'hang'
    await desk.report(['--send', 'slack'])
    desk.slack.behaviour = 'take'
    await desk.report(['--send', 'slack'])

    expect(desk.slack.sent[0]?.text).toContain('Perhaps a repeat')
  })

  test('of old data does not keep the good report from going out', async () => {
    const degraded = {code: 'X', message: 'Old.', hints: []}
    await desk.report(['--send', 'slack'], desk.tools(ledgerOf(steady(300), {degraded})))
    await desk.report(['--send', 'slack'])

    expect(desk.slack.sent.map(({text}) => text.startsWith('Old.'))).toEqual([true, false])
  })
})

describe('what changed', () => {
  test('is told from the last report of an earlier day, however often one looks', async () => {
    desk.now = '2026-11-23T06:00:00Z'
    await desk.report([], desk.tools(ledgerOf(steady(300, {}, {days: 60}))))
    desk.now = '2026-11-24T06:00:00Z'
    const first = await desk.report([], desk.tools(ledgerOf(steady(300, {}, {days: 61}))))
    const second = await desk.report([], desk.tools(ledgerOf(steady(300, {}, {days: 61}))))

    expect(first.result?.report.changes).toMatchObject({
      since: {asOf: '2026-11-23'},
      newDays: {minor: 30_000},
      restated: {minor: 0},
    })
    expect(second.result?.report.changes).toEqual(first.result?.report.changes)
  })

  test('is not told from a look at other users or another month', async () => {
    desk.now = '2026-11-23T06:00:00Z'
    await desk.report(['--users', '50000'])
    await desk.report(['--month', '2026-10'])
    desk.now = '2026-11-24T06:00:00Z'

    expect((await desk.report([])).result?.report.changes).toBeNull()
  })

  test('is remembered by source', async () => {
    desk.now = '2026-11-23T06:00:00Z'
    await desk.report(['--from', desk.exported([{}])])
    desk.now = '2026-11-24T06:00:00Z'

    expect((await desk.report([])).result?.report.changes).toBeNull()
  })
})

describe('a watched run', () => {
  test('tells its start and its end', async () => {
    await desk.report(['--quiet'])

    expect(desk.beats).toEqual(['start', 'success'])
  })

  test('tells why it failed, and ends as it would have', async () => {
    const {exitCode} = await desk.report(['--quiet', '--from', '/nowhere'])

    expect(exitCode).toBe(4)
    expect(desk.beats).toEqual(['start', 'fail EXPORT_MISSING: There is no /nowhere.'])
  })

  test('of old data is no success', async () => {
    const degraded = {code: 'X', message: 'Cost Explorer is busy.', hints: []}
    await desk.report(['--quiet'], desk.tools(ledgerOf([], {degraded})))

    expect(desk.beats).toEqual(['start', 'fail Cost Explorer is busy.'])
  })

  test('goes on when the watcher cannot be told', async () => {
    const broken = async () => {
      throw new Error('no network')
    }
    const heartbeat = async () => ({start: broken, success: broken, fail: broken})
    const {exitCode, stderr} = await desk.report(['--quiet'], desk.tools(undefined, {heartbeat}))

    expect(exitCode).toBe(0)
    expect(stderr).toContain('no network')
  })

  test('is none for a person who only looks: it would hide a cron that is dead', async () => {
    await desk.report([])

    expect(desk.beats).toEqual([])
  })
})
