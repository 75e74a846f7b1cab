import {addDays, daysOf, weekdayOf} from '../../../src/features/cost/calendar.js'
import type {DayWindow, UtcDay} from '../../../src/ports/costs.js'

/** One row of the bill that the stand-in answers from; more than any question asks for. */
export interface BillRow {
  readonly day: UtcDay
  readonly service: string
  readonly recordType: string
  readonly usageType: string
  readonly region: string
  readonly linkedAccount: string
  /** In 10^-12 of `currency`. */
  readonly unblended: bigint
  readonly amortized: bigint
  readonly currency: string
}

export interface Bill {
  readonly account: string
  readonly currency: string
  readonly rows: readonly BillRow[]
  /** Days from this one on may still change. */
  readonly estimatedFrom: UtcDay
}

const unit = 10n ** 12n

/** The services of the platform, with what they cost on a weekday, in rupees. */
const services: readonly (readonly [service: string, usageType: string, rupees: number])[] = [
  ['Amazon Elastic Container Service', 'APS3-Fargate-vCPU-Hours:perCPU', 210],
  ['Amazon Relational Database Service', 'APS3-Aurora:ServerlessV2Usage', 160],
  ['Amazon ElastiCache', 'APS3-ElastiCache:ServerlessStorage', 40],
  ['Amazon Simple Storage Service', 'APS3-TimedStorage-ByteHrs', 12],
  ['EC2 - Other', 'APS3-NatGateway-Hours', 95],
  ['Amazon Elastic Load Balancing', 'APS3-LoadBalancerUsage', 45],
  ['AmazonCloudWatch', 'APS3-MetricMonitorUsage', 18],
  ['Amazon CloudFront', 'IN-DataTransfer-Out-Bytes', 7],
]

/**
 * The bill of a small account in Mumbai: weekends are quieter, GST and support come on the first of
 * the month, a credit now and then, a refund once. The same for the same window, to the last digit.
 */
export function smallBill(window: DayWindow, estimatedFrom = addDays(window.end, -3)): Bill {
  const rows = daysOf(window).flatMap((day, index) => [
    ...services.map((one, at) => usageRow(day, one, index * services.length + at)),
    ...extraRows(day, index),
  ])
  return {account: '111122223333', currency: 'INR', rows, estimatedFrom}
}

function usageRow(
  day: UtcDay,
  [service, usageType, rupees]: (typeof services)[number],
  seed: number,
): BillRow {
  const isWeekend = [0, 6].includes(weekdayOf(day))
  const full = BigInt(rupees) * unit * (isWeekend ? 7n : 10n)
  const amount = full / 10n + BigInt(((seed * 7919) % 9973) * 1_234_567)
  const amounts = {unblended: amount, amortized: amount}
  return {...rowOf(day, service, 'Usage', usageType), ...amounts}
}

function extraRows(day: UtcDay, index: number): readonly BillRow[] {
  const date = day.slice(8)
  const extra = (service: string, recordType: string, rupees: bigint): BillRow => ({
    ...rowOf(day, service, recordType, recordType),
    unblended: rupees * unit + 3_333_333_333n,
    amortized: rupees * unit + 3_333_333_333n,
  })
  return [
    ...(date === '01' ? [extra('Tax', 'Tax', 3240n)] : []),
    ...(date === '01' ? [extra('AWS Support (Developer)', 'Support', 2500n)] : []),
    ...(index % 11 === 5 ? [extra('Amazon Simple Storage Service', 'Credit', -25n)] : []),
    ...(index === 17 ? [extra('Amazon CloudFront', 'Refund', -140n)] : []),
    ...(date === '01' ? [upfront(day)] : []),
  ]
}

/** Paid on the first, spread over the month: where cash and amortized cost differ. */
function upfront(day: UtcDay): BillRow {
  const amounts = {unblended: 900n * unit, amortized: 29n * unit + 41_666_666_667n}
  return {
    ...rowOf(day, 'Savings Plans for AWS Compute usage', 'SavingsPlanUpfrontFee', 'SP'),
    ...amounts,
  }
}

function rowOf(day: UtcDay, service: string, recordType: string, usageType: string) {
  const place = {region: 'ap-south-1', linkedAccount: '111122223333'}
  return {day, service, recordType, usageType, ...place, currency: 'INR'}
}

interface LargeBill {
  readonly services?: number
  readonly recordTypes?: readonly string[]
}

/** Every service under every record type on every day: what a report must cope with in a second. */
export function largeBill(window: DayWindow, size: LargeBill = {}): Bill {
  const types = size.recordTypes ?? [
    'Usage',
    'Tax',
    'Credit',
    'Refund',
    'Support',
    'DiscountedUsage',
  ]
  const count = size.services ?? 40
  const rows = daysOf(window).flatMap((day, index) =>
    Array.from({length: count}, (_, service) => service).flatMap((service) =>
      types.map((recordType, type): BillRow => {
        const amount = BigInt(((index * 31 + service * 17 + type) % 997) * 1_234_567_891)
        const isBack = recordType === 'Credit' || recordType === 'Refund'
        const sign = isBack ? -1n : 1n
        return {
          ...rowOf(day, `Amazon Service ${service}`, recordType, `APS3-Usage-${service}`),
          unblended: sign * amount,
          amortized: sign * amount,
        }
      }),
    ),
  )
  return {account: '111122223333', currency: 'INR', rows, estimatedFrom: addDays(window.end, -3)}
}

/** What the rows of a window come to, added without the code under test. */
export function truth({rows}: Bill, {start, end}: DayWindow) {
  const wanted = rows.filter(({day}) => start <= day && day < end)
  return {
    billed: wanted.reduce((sum, row) => sum + row.unblended, 0n),
    amortized: wanted.reduce((sum, row) => sum + row.amortized, 0n),
  }
}
