import {MitraError} from '../../errors.js'
import type {CostLedger, CostLine, Degradation, DayWindow, Restatement} from '../../ports/costs.js'
import type {StoredCosts} from '../../ports/cost-store.js'
import {daysOf, utcDayOf} from './calendar.js'
import {recordClass} from './report/record-types.js'

interface Reading {
  readonly window: DayWindow
  readonly now: Date
  readonly spent: CostLedger['spent']
  /** Why the newest answer did not come; undefined when it did or was not needed. */
  readonly failure: MitraError | undefined
}

/** The ledger of what is stored. Throws the failure itself when nothing of the window is. */
export function storedLedger(costs: StoredCosts, reading: Reading): CostLedger {
  const {window, spent} = reading
  const {fetchedAt, account} = costs
  refuseEmpty(costs, reading)
  const lines = costs.lines(window)
  const currency = oneCurrency(lines) ?? costs.currency ?? 'USD'
  return {
    window,
    currency,
    lines,
    fetchedAt: fetchedAt ?? reading.now.toISOString(),
    source: account === undefined ? 'Cost Explorer' : `Cost Explorer, account ${account}`,
    spent,
    degraded: degradation(costs, reading),
    restatements: usageRestatements(costs),
  }
}

function refuseEmpty(costs: StoredCosts, {window, now, failure}: Reading): void {
  const days = daysOf(window)
  if (days.some((day) => costs.days.has(day))) return
  if (failure !== undefined) throw failure
  if (days.every((day) => day >= utcDayOf(now))) return
  throw new MitraError('notReady', 'NO_COSTS', gapText(days), {
    hints: ['Cost Explorer keeps the current month and 13 before it.'],
  })
}

function oneCurrency(lines: readonly CostLine[]): string | undefined {
  const [first] = lines
  const other = lines.find(({currency}) => currency !== first?.currency)
  if (first === undefined || other === undefined) return first?.currency
  throw new MitraError(
    'notReady',
    'CURRENCY_MIX',
    `The bill changes from ${first.currency} to ${other.currency} on ${other.day}; they cannot be added.`,
    {hints: [`Ask for the days before ${other.day} and those from then on apart.`]},
  )
}

function degradation(costs: StoredCosts, {window, now, failure}: Reading): Degradation | undefined {
  const missing = daysOf(window).filter((day) => !costs.days.has(day) && day < utcDayOf(now))
  const gap = missing.length === 0 ? undefined : gapText(missing)
  if (failure !== undefined) {
    const {code, message, hints} = failure
    const age = ageText(costs.fetchedAt, now)
    const parts = [message, `What is shown is of ${age}.`, ...(gap === undefined ? [] : [gap])]
    return {code, message: parts.join(' '), hints}
  }
  if (gap === undefined) return undefined
  return {
    code: 'SHORT_HISTORY',
    message: gap,
    hints: ['Cost Explorer keeps the current month and 13 before it.'],
  }
}

function gapText(missing: readonly string[]): string {
  const [first = ''] = missing
  const last = missing.at(-1) ?? first
  const days = first === last ? first : `${missing.length} days from ${first} to ${last}`
  return `Nothing is known of ${days}.`
}

function ageText(fetchedAt: string | undefined, now: Date): string {
  if (fetchedAt === undefined) return 'an unknown time'
  const hours = Math.max(0, Math.round((now.getTime() - Date.parse(fetchedAt)) / 3_600_000))
  const age = hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
  return `${fetchedAt.slice(0, 16).replace('T', ' ')} UTC, ${age} ago`
}

/** Of what was used alone, by service: taxes and credits are booked late without anything being late. */
function usageRestatements({restatements}: StoredCosts): readonly Restatement[] {
  const sums = new Map<string, Restatement>()
  for (const {recordType, ...one} of restatements) {
    if (recordClass(recordType) !== 'usage') continue
    const key = [one.seenAt, one.day, one.service].join('\n')
    const sum = sums.get(key) ?? {...one, before: 0n, after: 0n}
    const [before, after] = [sum.before + one.before, sum.after + one.after]
    sums.set(key, {...sum, before, after})
  }
  return [...sums.values()].filter(({before, after}) => before !== after)
}
