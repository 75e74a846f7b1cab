import {gzipSync} from 'node:zlib'
import fc from 'fast-check'
import {afterAll, describe, expect, test} from 'vitest'
import {parseMoney} from '../../../src/ports/money.js'
import {amortizedDays, billedDays, ExportFolder, exportText, type Charge} from './exports.js'

const folder = new ExportFolder()
afterAll(() => folder.remove())

describe('a FOCUS export', () => {
  test('becomes one line for each day, service, record type, usage type and region', async () => {
    const {lines, currency, window} = await folder.ledgerOf(
      [
        {BilledCost: '0.1', EffectiveCost: '0.3'},
        {BilledCost: '0.2', EffectiveCost: '0.4', ChargePeriodStart: '2026-11-03T07:00:00Z'},
        {BilledCost: '-5', EffectiveCost: '-5', ChargeCategory: 'Credit', x_UsageType: 'NULL'},
      ].map((charge) => ({...charge, ChargePeriodEnd: '2026-11-03T08:00:00Z'})),
    )

    expect(currency).toBe('USD')
    expect(window).toEqual({start: '2026-11-03', end: '2026-11-04'})
    expect(lines).toEqual([
      {
        day: '2026-11-03',
        service: 'Amazon Elastic Container Service',
        recordType: 'Usage',
        usageType: 'APS3-Fargate-vCPU-Hours:perCPU',
        region: 'ap-south-1',
        billed: 300_000_000_000n,
        amortized: 700_000_000_000n,
        currency: 'USD',
        isEstimated: true,
      },
      expect.objectContaining({
        recordType: 'Credit',
        usageType: undefined,
        billed: -5n * 10n ** 12n,
      }),
    ])
  })

  test('adds up to the last of its twelve decimals, whatever is in it', async () => {
    const amount = fc
      .tuple(fc.bigInt({min: -(10n ** 21n), max: 10n ** 21n}), fc.nat({max: 12}))
      .map(([pico, digits]) => decimal(pico, digits))
    const charge = fc.record({
      BilledCost: amount,
      EffectiveCost: amount,
      ServiceName: fc.constantFrom('S3', 'A "quoted", name', 'two\nlines'),
      ChargeCategory: fc.constantFrom('Usage', 'Tax', 'Credit', 'Purchase', 'Adjustment'),
      ChargePeriodStart: fc.constantFrom(
        '2026-10-31T23:00:00Z',
        '2026-11-01 00:00:00',
        '2026-11-02',
      ),
      ChargePeriodEnd: fc.constantFrom('2026-11-02T00:00:00Z', '2026-12-01 00:00:00'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(charge, {minLength: 1, maxLength: 30}), async (charges) => {
        const {lines, window} = await folder.ledgerOf(charges)
        const last = window.end
        expect(sum(lines.map(({billed}) => billed))).toBe(
          sum(charges.map((c) => pico(c.BilledCost))),
        )
        expect(lines.every(({day}) => day < last)).toBe(true)
      }),
      {numRuns: 60},
    )
  })

  test('is read from any order of columns, with quotes, breaks in values, CRLF and a byte order mark', async () => {
    const columns = [
      'Tags',
      'ServiceName',
      'x_UsageType',
      'BillingCurrency',
      'ChargeCategory',
    ].concat(['EffectiveCost', 'BilledCost', 'ChargePeriodEnd', 'ChargePeriodStart'])
    const text = exportText([{Tags: '{"team": "a,b\nc"}', ServiceName: 'X, "Y"'}], columns)
    const place = folder.write('odd.csv', `\uFEFF${text.replaceAll('\n', '\r\n')}`)

    const {lines} = await folder.ledger(place)

    expect(lines).toMatchObject([
      {service: 'X, "Y"', billed: 1_250_000_000_000n, region: undefined},
    ])
  })

  test('names columns as query engines write them', async () => {
    const text = exportText([{}]).replace(/^.*/, (names) => names.toLowerCase())

    expect(billedDays(await folder.ledger(folder.write('lower.csv', text)))).toEqual([
      '2026-11-03 1.25',
    ])
  })

  test('that holds nothing is an empty bill', async () => {
    expect(await folder.ledgerOf([])).toMatchObject({lines: [], currency: 'USD'})
  })

  test('in two currencies is refused, with what is in which, and read one at a time', async () => {
    const place = folder.write('mixed.csv', exportText([{}, {BillingCurrency: 'INR'}, {}]))

    await expect(folder.ledger(place)).rejects.toMatchObject({
      code: 'FOCUS_CURRENCIES',
      message: `${place} holds more than one currency: USD in 2 rows, first in ${place} row 2; INR in 1 rows, first in ${place} row 3.`,
      hints: expect.arrayContaining(['--currency INR reports what was billed in INR.']),
    })
    expect(billedDays(await folder.ledger(place, 'INR'))).toEqual(['2026-11-03 1.25'])
    expect(billedDays(await folder.ledger(place, 'USD'))).toEqual(['2026-11-03 2.5'])
    await expect(folder.ledger(place, 'EUR')).rejects.toMatchObject({code: 'FOCUS_CURRENCIES'})
  })

  test('splits EC2 as Cost Explorer does, so that both make the same report', async () => {
    const ec2 = (x_UsageType: string) => ({
      ServiceName: 'Amazon Elastic Compute Cloud',
      x_UsageType,
    })
    const {lines} = await folder.ledgerOf(
      ['APS3-BoxUsage:t4g.small', 'APS3-NatGateway-Bytes', ''].map(ec2),
    )

    expect(lines.map(({service}) => service)).toEqual([
      'Amazon Elastic Compute Cloud - Compute',
      'EC2 - Other',
      'Amazon Elastic Compute Cloud - Compute',
    ])
  })

  test('knows corrections of earlier bills from charges', async () => {
    const {lines} = await folder.ledgerOf([{ChargeClass: 'Correction', BilledCost: '-3'}])

    expect(lines).toMatchObject([{recordType: 'Usage (Correction)'}])
  })
})

describe('the day of a charge', () => {
  const period = (start: string, end: string, more: Charge = {}) =>
    folder.ledgerOf([{ChargePeriodStart: start, ChargePeriodEnd: end, ...more}])

  test.each([
    ['2024-02-29T23:00:00Z', '2024-03-01T00:00:00Z', '2024-02-29'],
    ['2026-10-31T23:59:59.999Z', '2026-11-01T00:59:59Z', '2026-10-31'],
    ['2026-11-01 00:00:00', '2026-11-02 00:00:00', '2026-11-01'],
    ['2026-11-01T05:00:00+05:30', '2026-11-01T06:00:00+05:30', '2026-10-31'],
    ['2026-11-01T18:30:00Z', '2026-11-02T18:30:00Z', '2026-11-01'],
    ['2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z', '2026-11-01'],
  ])('%s to %s is %s, in any zone', async (start, end, day) => {
    expect(billedDays(await period(start, end))).toEqual([`${day} 1.25`])
  })

  test('of a month: billed on the first, its effective cost day by day', async () => {
    const month = await period('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', {
      EffectiveCost: '30',
    })

    expect(billedDays(month)).toHaveLength(30)
    expect(billedDays(month).slice(0, 2)).toEqual(['2026-11-01 1.25', '2026-11-02 0'])
    expect(amortizedDays(month).at(0)).toBe('2026-11-01 1')
    expect(amortizedDays(month).at(-1)).toBe('2026-11-30 1')
  })

  test('of a month does not reach beyond the newest day that is known', async () => {
    const month = await folder.ledgerOf([
      {ChargePeriodStart: '2026-11-01', ChargePeriodEnd: '2026-12-01', ServiceName: 'Support'},
      {ChargePeriodStart: '2026-11-20', ChargePeriodEnd: '2026-11-21'},
    ])

    expect(month.window).toEqual({start: '2026-11-01', end: '2026-11-21'})
  })

  test.each(['Tax', 'Credit', 'Adjustment'])(
    'of a %s of a month is its first',
    async (category) => {
      const more = {ChargeCategory: category, EffectiveCost: '7'}

      expect(amortizedDays(await period('2026-11-01', '2026-12-01', more))).toEqual([
        '2026-11-01 7',
      ])
    },
  )
})

describe('a file that is no good export', () => {
  const good = exportText([{}, {x_UsageType: 'two\nlines'}, {}])

  test.each([
    ['2026-02-30T00:00:00Z', 'ChargePeriodStart', 'is no time of the calendar'],
    ['24/11/2026', 'ChargePeriodStart', 'is no time of the calendar'],
    ['12,50', 'BilledCost', 'is no amount'],
    ['₹12.50', 'BilledCost', 'is no amount'],
    ['', 'EffectiveCost', 'is no amount'],
    ['NaN', 'EffectiveCost', 'is no amount'],
    ['Rs', 'BillingCurrency', 'is no currency code'],
    ['2026-11-02T00:00:00Z', 'ChargePeriodEnd', 'is no end for it'],
  ])('%j as %s is named with file, line and value', async (value, column, why) => {
    const text = exportText([{}, {x_UsageType: 'two\nlines'}, {[column]: value}, {}])
    const place = folder.write('bad.csv', text)

    await expect(folder.ledger(place)).rejects.toMatchObject({
      kind: 'notReady',
      code: 'FOCUS_ROW',
      message: `${place}:5 ${column}: ${JSON.stringify(value)} ${why}.`,
    })
  })

  test.each([
    ['has a row too short', `${good}1,2,3\n`, ':6 has 3 values instead of 10'],
    ['has a row too long', `${good}${good.split('\n')[1]},x\n`, ':6 has 11 values instead of 10'],
    [
      'ends in the middle of a row',
      `${good}0.1,0.1,"USD`,
      ':6 is no CSV: quoted field unterminated',
    ],
    ['has text after a quoted value', good.replace('two', 'tw"o'), 'is no CSV'],
    ['has no line of names', good.split('\n').slice(1).join('\n'), ':1: there is no column'],
    ['lacks a column', good.replace('BilledCost', 'Cost'), ':1: there is no column BilledCost'],
    [
      'has a column twice',
      good.replace('ChargeClass', 'billed_cost'),
      'the column BilledCost is there twice',
    ],
    ['is empty', '', 'it is empty'],
    ['is Parquet', 'PAR1....', 'it is a Parquet file'],
    ['is a zip', 'PK\u0003\u0004...', 'it is a zip'],
  ])('that %s is refused', async (_, text, message) => {
    const place = folder.write('broken.csv', text)

    await expect(folder.ledger(place)).rejects.toMatchObject({
      kind: 'notReady',
      message: expect.stringContaining(message),
    })
  })

  test('that is cut or damaged gzip is refused, at whatever byte', async () => {
    const many = exportText(
      Array.from({length: 3000}, (_, row) => ({BilledCost: `${row}.${row * 7}`})),
    )
    const whole = gzipSync(many)
    for (const cut of [1, 20, whole.length / 2, whole.length - 9, whole.length - 1]) {
      const place = folder.write('cut.csv.gz', whole.subarray(0, cut))
      await expect(folder.ledger(place)).rejects.toMatchObject({kind: 'notReady'})
    }
    const damaged = Uint8Array.from(whole)
    damaged[Math.floor(whole.length / 2)] = (whole[Math.floor(whole.length / 2)] ?? 0) ^ 0xff
    const place = folder.write('damaged.csv.gz', damaged)
    await expect(folder.ledger(place)).rejects.toMatchObject({kind: 'notReady'})
  })

  test('in the middle of several leaves no total at all', async () => {
    const text = exportText(
      Array.from({length: 3000}, (_, row) => (row === 1500 ? {BilledCost: 'x'} : {})),
    )

    await expect(folder.ledger(folder.write('middle.csv', text))).rejects.toMatchObject({
      message: expect.stringContaining('middle.csv:1502 BilledCost: "x"'),
    })
  })

  test('that is not there is named', async () => {
    await expect(folder.ledger('/nowhere/bill.csv')).rejects.toMatchObject({
      code: 'EXPORT_MISSING',
      message: 'There is no /nowhere/bill.csv.',
    })
  })
})

/** The names and the ways of writing that AWS's own export of FOCUS 1.0 has. */
const asFromAws = [
  '"AvailabilityZone","BilledCost","BillingAccountId","BillingCurrency","BillingPeriodEnd","BillingPeriodStart","ChargeCategory","ChargeClass","ChargeDescription","ChargeFrequency","ChargePeriodEnd","ChargePeriodStart","ConsumedQuantity","EffectiveCost","ListCost","RegionId","RegionName","ServiceCategory","ServiceName","SkuId","Tags"',
  'NULL,0.00000080000,"1234567890123","USD","2026-12-01 00:00:00","2026-11-01 00:00:00","Usage",NULL,"$0.40 per million requests in Asia Pacific (Mumbai)","Usage-Based","2026-11-18 23:00:00","2026-11-18 22:00:00",2.000000000000000,0.00000000000,0.00000080000,"ap-south-1","Asia Pacific (Mumbai)","Integration","Amazon Simple Queue Service","G95","{""application"": ""agents"", ""team"": ""core""}"',
  'NULL,-1.50000000000,"1234567890123","USD","2026-12-01 00:00:00","2026-11-01 00:00:00","Credit",NULL,"Activate",NULL,"2026-12-01 00:00:00","2026-11-01 00:00:00",NULL,-1.50000000000,0E-11,NULL,NULL,"Other","Amazon Simple Queue Service",NULL,NULL',
]

test('an export as AWS writes it is understood', async () => {
  const ledger = await folder.ledger(folder.write('aws.csv.gz', gzipSync(asFromAws.join('\n'))))

  expect(ledger.window).toEqual({start: '2026-11-01', end: '2026-11-19'})
  expect(ledger.lines).toMatchObject([
    {day: '2026-11-01', recordType: 'Credit', usageType: 'Activate', billed: -15n * 10n ** 11n},
    {day: '2026-11-18', region: 'ap-south-1', billed: 800_000n, amortized: 0n},
  ])
})

function sum(all: readonly bigint[]): bigint {
  return all.reduce((one, other) => one + other, 0n)
}

function pico(text: string | undefined): bigint {
  return parseMoney(text ?? '', 'XXX').pico
}

/** A decimal with so many digits after its point. */
function decimal(value: bigint, digits: number): string {
  const cut = value / 10n ** BigInt(12 - digits)
  const all = (cut < 0n ? -cut : cut).toString().padStart(digits + 1, '0')
  const whole = all.slice(0, all.length - digits)
  return `${cut < 0n ? '-' : ''}${whole}${digits === 0 ? '' : `.${all.slice(-digits)}`}`
}
