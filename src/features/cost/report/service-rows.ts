import type {CostPlan} from '../../../ports/cost-plan.js'
import type {CostLedger, CostLine, UtcDay} from '../../../ports/costs.js'
import type {MinorMoney} from '../../../ports/money.js'
import {categoryOf} from '../budgets.js'
import {daysOf} from '../calendar.js'
import {apportion, sumOf} from './apportion.js'
import type {BreakdownRow, ServiceRow} from './cost-report.js'
import {billedBy, billedByClass, isCharge, linesOf, type ReportMonth} from './month-sums.js'
import type {RecordClass} from './record-types.js'

const titles: Readonly<Record<RecordClass, string>> = {
  usage: 'Usage',
  support: 'Support',
  commitment: 'Commitments',
  fee: 'Fees',
  other: 'Other charges',
  refund: 'Refunds and corrections',
  credit: 'Credits',
  tax: 'Tax',
}

const order: readonly RecordClass[] = [
  'usage',
  'support',
  'commitment',
  'fee',
  'other',
  'refund',
  'credit',
  'tax',
]

/** What the bill is made of; usage, tax, credits and refunds are there even when they are nothing. */
export function breakdownRows(
  lines: readonly CostLine[],
  currency: string,
): readonly BreakdownRow[] {
  const sums = billedByClass(lines)
  const always = new Set<RecordClass>(['usage', 'refund', 'credit', 'tax'])
  const kinds = order.filter((kind) => always.has(kind) || sums.has(kind))
  const amounts = apportion(
    kinds.map((kind) => sums.get(kind) ?? 0n),
    currency,
  )
  return kinds.map((kind, at) => ({
    kind,
    title: titles[kind],
    amount: {minor: amounts[at] ?? 0, currency},
  }))
}

interface ServiceRowsOf {
  readonly ledger: CostLedger
  readonly month: ReportMonth
  readonly plan: CostPlan
  readonly phase: string
  /** The charges as the breakdown shows them; the rows add up to it. */
  readonly charges: number
  /** The same of the month before. */
  readonly chargesBefore: number
}

/** Every service with charges in this month or the one before, the dearest first. */
export function serviceRows(from: ServiceRowsOf): readonly ServiceRow[] {
  const {ledger, month, plan, phase, charges, chargesBefore} = from
  const {currency} = ledger
  const now = linesOf(ledger, month.counted).filter(isCharge)
  const earlier = linesOf(ledger, month.before).filter(isCharge)
  const sums = billedBy(now, ({service}) => service)
  const sumsBefore = billedBy(earlier, ({service}) => service)
  const names = [...new Set([...sums.keys(), ...sumsBefore.keys()])].toSorted()
  const amounts = apportion(
    names.map((name) => sums.get(name) ?? 0n),
    currency,
    charges,
  )
  const amountsBefore = apportion(
    names.map((name) => sumsBefore.get(name) ?? 0n),
    currency,
    chargesBefore,
  )
  const byDay = dailyBilled(now)
  const days = daysOf(month.counted)
  return names
    .map((service, at) => {
      const minor = amounts[at] ?? 0
      const minorBefore = amountsBefore[at] ?? 0
      return {
        service,
        category: categoryOf(plan, phase, service),
        amount: {minor, currency},
        before: {minor: minorBefore, currency},
        delta: {minor: minor - minorBefore, currency},
        days: apportion(dayParts(byDay.get(service), days), currency, minor),
      }
    })
    .toSorted((a, b) => b.amount.minor - a.amount.minor || (a.service < b.service ? -1 : 1))
}

function dailyBilled(lines: readonly CostLine[]): ReadonlyMap<string, ReadonlyMap<UtcDay, bigint>> {
  const found = new Map<string, Map<UtcDay, bigint>>()
  for (const {service, day, billed} of lines) {
    const days = found.get(service) ?? new Map<UtcDay, bigint>()
    found.set(service, days)
    days.set(day, (days.get(day) ?? 0n) + billed)
  }
  return found
}

function dayParts(
  byDay: ReadonlyMap<UtcDay, bigint> | undefined,
  days: readonly UtcDay[],
): readonly bigint[] {
  return days.map((day) => byDay?.get(day) ?? 0n)
}

/** The charges of a window, rounded once. */
export function chargesIn(lines: readonly CostLine[], currency: string): MinorMoney {
  const exact = [...billedByClass(lines.filter(isCharge)).values()]
  const minor = apportion([sumOf(exact)], currency)[0] ?? 0
  return {minor, currency}
}
