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

/** The part of a breakdown that is charges: before tax, credits and refunds. */
export function chargesOf(rows: readonly BreakdownRow[], currency: string): MinorMoney {
  const charges = rows.filter(({kind}) => !reducing.has(kind))
  return {minor: charges.reduce((all, {amount}) => all + amount.minor, 0), currency}
}

const reducing: ReadonlySet<RecordClass> = new Set(['tax', 'credit', 'refund'])

/** What each service is shown with: this month and the same days of the one before. */
export function serviceAmounts(
  ledger: CostLedger,
  month: ReportMonth,
): ReadonlyMap<string, {readonly amount: number; readonly before: number}> {
  const {currency} = ledger
  const now = linesOf(ledger, month.counted)
  const earlier = linesOf(ledger, month.before)
  const sums = billedBy(now.filter(isCharge), ({service}) => service)
  const sumsBefore = billedBy(earlier.filter(isCharge), ({service}) => service)
  const names = [...new Set([...sums.keys(), ...sumsBefore.keys()])].toSorted()
  const shares = (parts: ReadonlyMap<string, bigint>, total: number) =>
    apportion(
      names.map((name) => parts.get(name) ?? 0n),
      currency,
      total,
    )
  const amounts = shares(sums, chargesOf(breakdownRows(now, currency), currency).minor)
  const before = shares(sumsBefore, chargesIn(earlier, currency).minor)
  return new Map(
    names.map((name, at) => [name, {amount: amounts[at] ?? 0, before: before[at] ?? 0}]),
  )
}

interface ServiceRowsOf {
  readonly ledger: CostLedger
  readonly month: ReportMonth
  readonly plan: CostPlan
  readonly phase: string
}

/** Every service with charges in this month or the one before, the dearest first; they add up to the charges. */
export function serviceRows({ledger, month, plan, phase}: ServiceRowsOf): readonly ServiceRow[] {
  const {currency} = ledger
  const byDay = dailyBilled(linesOf(ledger, month.counted).filter(isCharge))
  const days = daysOf(month.counted)
  return [...serviceAmounts(ledger, month)]
    .map(([service, {amount, before}]) => ({
      service,
      category: categoryOf(plan, phase, service),
      amount: {minor: amount, currency},
      before: {minor: before, currency},
      delta: {minor: amount - before, currency},
      days: apportion(dayParts(byDay.get(service), days), currency, amount),
    }))
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
