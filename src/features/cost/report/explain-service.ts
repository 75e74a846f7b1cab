import {MitraError} from '../../../errors.js'
import type {CostLedger, CostLine, UtcDay} from '../../../ports/costs.js'
import type {MinorMoney} from '../../../ports/money.js'
import {daysOf} from '../calendar.js'
import {maturity} from '../maturity.js'
import {apportion, sumOf} from './apportion.js'
import {billedBy, isCharge, linesOf, type ReportMonth} from './month-sums.js'
import {serviceAmounts} from './service-rows.js'

/** What one service cost, by day and by what was used; the parts of each table add up to its total. */
export interface ServiceExplanation {
  readonly service: string
  /** Before tax, credits and refunds. */
  readonly amount: MinorMoney
  /** The same days of the month before. */
  readonly before: MinorMoney
  readonly days: readonly {
    readonly day: UtcDay
    readonly amount: number
    readonly complete: number
  }[]
  /** Empty where the bill at hand does not tell usage types. */
  readonly usage: readonly UsageRow[]
}

export interface UsageRow {
  /** Null for what the bill gives no usage type, or has got more of since they were looked up. */
  readonly usageType: string | null
  readonly region: string | null
  readonly amount: MinorMoney
  readonly before: MinorMoney
  readonly delta: MinorMoney
}

/** The services of a bill whose name is the one given, or has it in it. Throws COST_SERVICE. */
export function serviceNamed(text: string, {lines}: CostLedger): string {
  const names = [...new Set(lines.map(({service}) => service))].toSorted()
  const wanted = text.toLowerCase()
  const exact = names.find((name) => name.toLowerCase() === wanted)
  if (exact !== undefined) return exact
  const found = names.filter((name) => name.toLowerCase().includes(wanted))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const what = found.length === 0 ? 'No service of the bill is' : 'Several services are'
  throw new MitraError('usage', 'COST_SERVICE', `${what} called ${JSON.stringify(text)}.`, {
    hints: [`The bill has: ${(found.length === 0 ? names : found).join(', ') || 'nothing'}.`],
  })
}

interface ExplainRequest {
  readonly service: string
  readonly month: ReportMonth
  /** The bill in the currency shown. */
  readonly ledger: CostLedger
  /** Lines of the service with their usage types, in the same currency; undefined when not known. */
  readonly detail: readonly CostLine[] | undefined
}

export function explainService(request: ExplainRequest): ServiceExplanation {
  const {service, month, ledger} = request
  const {currency} = ledger
  const own = ledger.lines.filter((line) => line.service === service && isCharge(line))
  const days = daysOf(month.counted)
  const byDay = billedBy(linesOf({...ledger, lines: own}, month.counted), ({day}) => day)
  const exactDays = days.map((day) => byDay.get(day) ?? 0n)
  const exact = sumOf(exactDays)
  const exactBefore = sumOf(
    linesOf({...ledger, lines: own}, month.before).map(({billed}) => billed),
  )
  // As the report shows it, to the paisa.
  const {amount = 0, before = 0} = serviceAmounts(ledger, month).get(service) ?? {}
  const complete = maturity(ledger, month.asOf)
  const shown = apportion(exactDays, currency, amount)
  return {
    service,
    amount: {minor: amount, currency},
    before: {minor: before, currency},
    days: days.map((day, at) => ({
      day,
      amount: shown[at] ?? 0,
      complete: Math.round((complete.get(day) ?? 1) * 1000) / 1000,
    })),
    usage: usageRows(request, {
      now: {exact, shown: amount},
      before: {exact: exactBefore, shown: before},
    }),
  }
}

interface Total {
  readonly exact: bigint
  readonly shown: number
}

function usageRows(
  {month, ledger, detail}: ExplainRequest,
  {now: total, before: totalBefore}: {readonly now: Total; readonly before: Total},
): readonly UsageRow[] {
  const charges = (detail ?? []).filter(isCharge)
  if (!charges.some(({usageType}) => usageType !== undefined)) return []
  const {currency} = ledger
  const now = billedBy(linesOf({...ledger, lines: charges}, month.counted), keyOf)
  const before = billedBy(linesOf({...ledger, lines: charges}, month.before), keyOf)
  const keys = new Set([...now.keys(), ...before.keys(), notTold])
  const restNow = total.exact - sumOf([...now.values()])
  const restBefore = totalBefore.exact - sumOf([...before.values()])
  const parts = [...keys].map((key) => {
    const isRest = key === notTold
    return {
      key,
      now: (now.get(key) ?? 0n) + (isRest ? restNow : 0n),
      before: (before.get(key) ?? 0n) + (isRest ? restBefore : 0n),
    }
  })
  const amounts = apportion(
    parts.map((part) => part.now),
    currency,
    total.shown,
  )
  const amountsBefore = apportion(
    parts.map((part) => part.before),
    currency,
    totalBefore.shown,
  )
  return parts
    .map(({key}, at) => {
      const [minor, earlier] = [amounts[at] ?? 0, amountsBefore[at] ?? 0]
      const [usageType = '', region = ''] = key.split(separator)
      return {
        usageType: key === notTold ? null : usageType,
        region: region === '' ? null : region,
        amount: {minor, currency},
        before: {minor: earlier, currency},
        delta: {minor: minor - earlier, currency},
      }
    })
    .filter((row) => row.usageType !== null || row.amount.minor !== 0 || row.before.minor !== 0)
    .toSorted((a, b) => b.amount.minor - a.amount.minor || compare(a.usageType, b.usageType))
}

const separator = '\u0000'
/** What has no usage type, and what the detail does not have. */
const notTold = separator

function keyOf({usageType, region}: CostLine): string {
  return usageType === undefined ? notTold : `${usageType}${separator}${region ?? ''}`
}

function compare(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : 1
}
