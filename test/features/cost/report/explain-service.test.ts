import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {explainService, serviceNamed} from '../../../../src/features/cost/report/explain-service.js'
import {reportMonth} from '../../../../src/features/cost/report/month-sums.js'
import {explainText} from '../../../../src/features/cost/render/explain-text.js'
import {widthOf} from '../../../../src/features/cost/render/blocks.js'
import {ledgerOf, lineOf, reportOf, type Charge} from './reports.js'

const month = reportMonth('2026-11-24')
const ecs = 'Amazon Elastic Container Service'

function explained(charges: readonly Charge[], detail?: readonly Charge[]) {
  const ledger = ledgerOf(charges)
  const lines = detail === undefined ? ledger.lines : detail.map(lineOf)
  return explainService({
    service: ecs,
    month,
    ledger,
    detail: lines.filter(({service}) => service === ecs),
  })
}

describe('a service explained', () => {
  test('is divided by usage type and region, against the same days of the month before', () => {
    const usage = (day: string, billed: string, usageType: string, region: string) => ({
      day,
      billed,
      usageType,
      region,
    })
    const {
      amount,
      before,
      usage: rows,
    } = explained([
      usage('2026-11-03', '10', 'vCPU', 'ap-south-1'),
      usage('2026-11-04', '5', 'vCPU', 'ap-southeast-1'),
      usage('2026-11-04', '2', 'GB', 'ap-south-1'),
      usage('2026-10-03', '4', 'vCPU', 'ap-south-1'),
      usage('2026-10-30', '99', 'vCPU', 'ap-south-1'),
      {day: '2026-11-04', billed: '18', recordType: 'Tax'},
    ])

    expect([amount.minor, before.minor]).toEqual([1700, 400])
    expect(
      rows.map((row) => [row.usageType, row.region, row.amount.minor, row.delta.minor]),
    ).toEqual([
      ['vCPU', 'ap-south-1', 1000, 600],
      ['vCPU', 'ap-southeast-1', 500, 500],
      ['GB', 'ap-south-1', 200, 200],
    ])
  })

  test('shows what the usage types do not account for', () => {
    const {amount, usage} = explained([{billed: '10'}], [{billed: '7', usageType: 'vCPU'}])

    expect(amount.minor).toBe(1000)
    expect(usage.map((row) => [row.usageType, row.amount.minor])).toEqual([
      ['vCPU', 700],
      [null, 300],
    ])
  })

  test('has no usage types where the bill tells none', () => {
    const explanation = explained([{billed: '10'}])
    const text = explainText(
      {
        explanation,
        month: '2026-11',
        monthBefore: '2026-10',
        source: {name: 'a test', ageHours: 0, degraded: null},
        conversion: null,
      },
      {columns: 80, paint: (_, words) => words},
    )

    expect(explanation.usage).toEqual([])
    expect(text).toContain('The bill at hand tells no usage types.')
    expect(text.split('\n').filter((line) => widthOf(line) > 80)).toEqual([])
  })

  test('adds up in its tables, and is what the report shows of it', () => {
    const charge = fc.record({
      day: fc.constantFrom('2026-10-02', '2026-10-20', '2026-11-01', '2026-11-02', '2026-11-24'),
      service: fc.constantFrom(ecs, 'S3', 'Lambda'),
      usageType: fc.constantFrom('a', 'b', undefined),
      region: fc.constantFrom('ap-south-1', undefined),
      recordType: fc.constantFrom('Usage', 'Usage', 'Tax', 'Support'),
      billed: fc.integer({min: -50_000, max: 500_000}).map((n) => (n / 3000).toFixed(9)),
    })
    fc.assert(
      fc.property(fc.array(charge, {minLength: 1, maxLength: 25}), (charges) => {
        const given = charges.map(({usageType, region, ...one}) => ({
          ...one,
          ...(usageType === undefined ? {} : {usageType}),
          ...(region === undefined ? {} : {region}),
        }))
        const found = explained(given)
        const row = reportOf(given).services.find(({service}) => service === ecs)
        const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0)

        expect(sum(found.days.map(({amount}) => amount))).toBe(found.amount.minor)
        expect(found.amount.minor).toBe(row?.amount.minor ?? 0)
        expect(found.before.minor).toBe(row?.before.minor ?? 0)
        const usage =
          found.usage.length === 0
            ? found.amount.minor
            : sum(found.usage.map((one) => one.amount.minor))
        expect(usage).toBe(found.amount.minor)
      }),
      {numRuns: 300},
    )
  })
})

describe('the name of a service', () => {
  const bill = ledgerOf([
    {service: 'EC2 - Other'},
    {service: 'Amazon EC2'},
    {service: 'AWS Lambda'},
  ])

  test.each([
    ['EC2 - Other', 'EC2 - Other'],
    ['amazon ec2', 'Amazon EC2'],
    ['lambda', 'AWS Lambda'],
  ])('%s is %s', (text, name) => {
    expect(serviceNamed(text, bill)).toBe(name)
  })

  test.each([
    ['ec2', 'Several services are called "ec2".', 'The bill has: Amazon EC2, EC2 - Other.'],
    ['rds', 'No service of the bill is called "rds".', 'AWS Lambda, Amazon EC2, EC2 - Other'],
  ])('%s is refused with what there is', (text, message, hint) => {
    expect(() => serviceNamed(text, bill)).toThrow(
      expect.objectContaining({
        code: 'COST_SERVICE',
        message,
        hints: [expect.stringContaining(hint)],
      }),
    )
  })
})
