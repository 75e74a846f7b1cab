import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ledgerOf, steady, type Charge} from '../features/cost/report/reports.js'
import {ReportDesk} from '../support/report-desk.js'

let desk: ReportDesk
beforeEach(() => {
  desk = new ReportDesk()
})
afterEach(() => desk.leave())

describe('mitra cost report', () => {
  test('shows the sample without an account, and remembers nothing of it', async () => {
    const {stdout, exitCode} = await desk.report(['--sample'])

    expect(exitCode).toBe(0)
    expect(stdout).toContain('Cloud costs, November 2026')
    expect(stdout).toContain('APS3-NatGateway-Bytes in ap-south-1')
    expect(existsSync(join(desk.folder, 'state'))).toBe(false)
  })

  test.each([['--sample'], ['--month', '2026-10', '--sample'], []])(
    'prints one document with --json %s',
    async (...argv) => {
      const {json, exitCode} = await desk.report([...argv, '--json'])

      expect(exitCode).toBe(0)
      expect(json).toMatchObject({report: {currency: 'INR'}, failOver: null, sends: []})
    },
  )

  test.each([
    ['report.html', '<!doctype html>'],
    ['report.md', '# Cloud costs, November 2026'],
    ['report.csv', 'section,item,'],
    ['report.txt', 'Cloud costs, November 2026'],
  ])('writes %s in its format', async (name, start) => {
    const output = join(desk.folder, name)
    const {stdout} = await desk.report(['--sample', '--output', output])

    expect(readFileSync(output, 'utf8').slice(0, start.length)).toBe(start)
    expect(stdout.trim()).toBe(`Written to ${output}.`)
  })

  test('writes FOCUS that it can read', async () => {
    const output = join(desk.folder, 'focus.csv')
    await desk.report(['--sample', '--output', output, '--format', 'focus'])
    const first = await desk.report(['--sample', '--json'])
    const again = await desk.report(['--from', output, '--json'])

    expect(again.result?.report.total).toEqual(first.result?.report.total)
  })

  test.each([
    [['--output', 'report.pdf'], 'REPORT_FORMAT'],
    [['--fail-over', 'lots'], 'FAIL_OVER'],
    [['--month', '2026-13', '--sample'], 'COST_MONTH'],
    [['--month', '2026-12', '--sample'], 'COST_MONTH'],
    [['--month', '2020-01', '--sample'], 'COST_MONTH'],
    [['--phase', 'moon', '--sample'], 'UNKNOWN_PHASE'],
    [['--currency', 'usd', '--sample'], 'CURRENCY'],
    [['--currency', 'USD'], 'CURRENCY'],
    [['--sample', '--from', 'x'], 'USAGE'],
    [['--force', '--sample'], 'USAGE'],
  ])('%j is wrong usage', async (argv, code) => {
    const {error, exitCode} = await desk.report(argv)

    expect(exitCode).toBe(2)
    expect(error?.code ?? 'USAGE').toBe(code)
  })

  test('goes by the phase of the users given', async () => {
    const {result} = await desk.report(['--sample', '--users', '5000'])

    expect(result?.report.budget).toMatchObject({phase: 'growth', state: 'within'})
  })

  test('reads the export of the settings instead of asking', async () => {
    process.env['MITRA_COST_EXPORT'] = desk.exported([{BilledCost: '2', BillingCurrency: 'INR'}])
    const {result} = await desk.report([])

    expect(result?.report.total).toEqual({minor: 200, currency: 'INR'})
  })
})

describe('bad bills', () => {
  test('in two currencies exit 4 and name both', async () => {
    const from = desk.exported([{}, {BillingCurrency: 'INR'}])
    const {error, exitCode} = await desk.report(['--from', from])

    expect(exitCode).toBe(4)
    expect(error).toMatchObject({
      code: 'FOCUS_CURRENCIES',
      message: expect.stringMatching(/USD in 1 rows.*INR in 1 rows/),
    })
    const one = await desk.report(['--from', from, '--currency', 'INR'])
    expect(one.result?.report.total).toEqual({minor: 125, currency: 'INR'})
  })

  test('without a rate exit 3 and name the file to write it into', async () => {
    const {error, exitCode} = await desk.report([
      '--from',
      desk.exported([{BillingCurrency: 'EUR'}]),
    ])

    expect(exitCode).toBe(3)
    expect(error).toMatchObject({code: 'EXCHANGE_RATE_MISSING'})
  })

  test('with a typo in the budgets exit 3 with its line', async () => {
    const file = join(desk.folder, 'phases.yml')
    const text = readFileSync('config/phases.yml', 'utf8')
    writeFileSync(file, text.replace('budgetPerMonth: 15000', 'budgetPerMoth: 15000'))
    process.env['MITRA_COST_PHASES_FILE'] = file
    const {error, exitCode} = await desk.report(['--sample'])

    expect(exitCode).toBe(3)
    expect(error?.message).toMatch(/phases\.yml:\d+/)
    expect(error?.message).toContain('budgetPerMoth')
  })

  test('that are empty are a report of nothing', async () => {
    const {result, exitCode} = await desk.report(['--from', desk.exported([])])

    expect(exitCode).toBe(0)
    expect(result?.report.total.minor).toBe(0)
  })

  test('of old data are shown with their age, and exit 5', async () => {
    const degraded = {code: 'COST_THROTTLED', message: 'Cost Explorer is busy.', hints: ['Wait.']}
    const old = ledgerOf(steady(300), {degraded, fetchedAt: '2026-11-22T06:00:00Z'})
    const {stdout, exitCode} = await desk.report([], desk.tools(old))

    expect(exitCode).toBe(5)
    expect(stdout).toContain('2 days old')
    expect(stdout).toContain('Cost Explorer is busy.')
  })
})

describe('--fail-over', () => {
  // 300 a day for 24 days is 7,200 of 15,000.
  test.each([
    ['48%', 0],
    ['47.9%', 1],
    ['7200', 0],
    ['7,199.99', 1],
    ['₹7199', 1],
    ['forecast:70%', 0],
    ['forecast:50%', 1],
  ])('%s exits %i', async (limit, code) => {
    const {exitCode, stdout, stderr} = await desk.report(['--fail-over', limit])

    expect(exitCode).toBe(code)
    expect(stdout).toContain('Cloud costs')
    expect(stderr.includes('more than')).toBe(code === 1)
  })

  test('is certain in old data too: they only grow', async () => {
    const degraded = {code: 'X', message: 'Old.', hints: []}
    const old = ledgerOf(steady(300), {degraded})

    expect((await desk.report(['--fail-over', '10%'], desk.tools(old))).exitCode).toBe(1)
    expect((await desk.report(['--fail-over', '90%'], desk.tools(old))).exitCode).toBe(5)
  })
})

describe('--quiet', () => {
  test('says nothing when all is well', async () => {
    const {stdout, stderr} = await desk.report(['--quiet'])

    expect(stdout + stderr).toBe('')
  })

  test.each<[string, readonly Charge[]]>([
    ['the budget is spent', steady(1000)],
    ['it will be', steady(600)],
    [
      'a service jumps',
      [
        ...steady(200),
        ...['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => ({day, billed: '900'})),
      ],
    ],
  ])('speaks when %s', async (_, charges) => {
    const {stdout} = await desk.report(['--quiet'], desk.tools(ledgerOf(charges)))

    expect(stdout).toContain('Cloud costs')
  })
})
