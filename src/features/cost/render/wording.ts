import type {UtcDay} from '../../../ports/costs.js'
import {moneyText, type MinorMoney} from '../../../ports/money.js'
import {midnightOf} from '../calendar.js'
import {settledAt} from '../maturity.js'
import type {AnomalyFacts, BudgetState, CostReport, ReportChanges} from '../report/cost-report.js'

/** How loud a sentence is; each renderer has its own way to show it. */
export type Tone = 'calm' | 'good' | 'warning' | 'bad'

export interface Sentence {
  readonly text: string
  readonly tone: Tone
}

/** `+₹1,162.73`: a difference always says which way. */
export function differenceText(money: MinorMoney): string {
  return money.minor > 0 ? `+${moneyText(money)}` : moneyText(money)
}

/** `+69 %`, `new`, `gone`: empty where there is nothing to compare. */
export function percentChange(now: MinorMoney, before: MinorMoney): string {
  if (before.minor === 0) return now.minor === 0 ? '' : 'new'
  if (now.minor === 0) return 'gone'
  const percent = Math.round(((now.minor - before.minor) / Math.abs(before.minor)) * 100)
  return percent > 0 ? `+${percent} %` : `${percent} %`
}

/** `23 Nov`. */
export function shortDay(day: UtcDay): string {
  return format({day: 'numeric', month: 'short'}, day)
}

/** `November 2026` of `2026-11`. */
export function monthTitle(month: string): string {
  return format({month: 'long', year: 'numeric'}, `${month}-01`)
}

/** `Oct` of `2026-10`. */
export function shortMonth(month: string): string {
  return format({month: 'short'}, `${month}-01`)
}

function format(options: Intl.DateTimeFormatOptions, day: UtcDay): string {
  const text = new Intl.DateTimeFormat('en-GB', {...options, timeZone: 'UTC'})
  return text.format(midnightOf(day))
}

const stateTones: Readonly<Record<BudgetState, Tone>> = {
  within: 'good',
  mayExceed: 'warning',
  willExceed: 'bad',
  over: 'bad',
}

export function budgetSentence({budget, forecast}: CostReport): Sentence {
  const texts: Readonly<Record<BudgetState, string>> = {
    within: forecast === null ? 'within the budget' : 'on course within the budget',
    mayExceed: 'may exceed the budget',
    willExceed: 'will exceed the budget',
    over: 'over the budget',
  }
  return {text: texts[budget.state], tone: stateTones[budget.state]}
}

/** What the budget is compared with, for whoever wonders why it is not the total. */
export function budgetBasis({budget}: CostReport): string {
  const tax = budget.includesGst ? 'with tax' : 'before tax'
  return `charges less refunds, ${tax}, before credits`
}

/** `4 of 5 times` of 0.8. */
export function levelText(level: number): string {
  return `${Math.round(level * 100)} % likely`
}

export function anomalySentence(one: AnomalyFacts): string {
  const days =
    one.firstDay === one.lastDay
      ? `on ${shortDay(one.firstDay)}`
      : `from ${shortDay(one.firstDay)} to ${shortDay(one.lastDay)}`
  const kinds = {rise: 'rose', drop: 'dropped', new: 'is new', drift: 'keeps rising'} as const
  const still = one.isOngoing ? '; still going on' : ''
  const amounts = `${moneyText(one.actual)} ${days} where ${moneyText(one.expected)} was usual`
  return `${one.service} ${kinds[one.kind]}: ${amounts} (${differenceText(one.excess)})${still}`
}

/** `APS3-NatGateway-Bytes in ap-south-1 (+₹1,118.36)`, one for each cause. */
export function causeTexts({cause}: AnomalyFacts): readonly string[] {
  return cause.map(({usageType, region, excess}) => {
    const where = region === null ? '' : ` in ${region}`
    return `${usageType}${where} (${differenceText(excess)})`
  })
}

/** What to do where the bill at hand does not tell usage types. */
export function causeHint({service}: AnomalyFacts): string {
  return `mitra cost explain "${service}" names the usage types behind it.`
}

export function changeSentences(changes: ReportChanges): readonly Sentence[] {
  const {total, newDays, restated, services, budgetState, forecast, rate} = changes
  const sentences: (Sentence | undefined)[] = [
    total === null
      ? calm('a new month has begun')
      : calm(
          `${differenceText(total)}: ${differenceText(newDays ?? total)} on new days` +
            (restated === null || restated.minor === 0
              ? ''
              : `, ${differenceText(restated)} on days known before`),
        ),
    services.length === 0
      ? undefined
      : calm(
          `most of it: ${services.map((one) => `${one.service} ${differenceText(one.delta)}`).join(', ')}`,
        ),
    rate === null ? undefined : calm(`the exchange rate changed from ${rate.from} to ${rate.to}`),
    forecast === null || forecast.minor === 0
      ? undefined
      : calm(`the forecast moved by ${differenceText(forecast)}`),
    budgetState === null
      ? undefined
      : {
          text: `budget: ${stateWords[budgetState.from]} before, ${stateWords[budgetState.to]} now`,
          tone: stateTones[budgetState.to],
        },
  ]
  return sentences.filter((one) => one !== undefined)
}

const stateWords: Readonly<Record<BudgetState, string>> = {
  within: 'within',
  mayExceed: 'may be exceeded',
  willExceed: 'will be exceeded',
  over: 'exceeded',
}

function calm(text: string): Sentence {
  return {text, tone: 'calm'}
}

/** `2 hours old`, `3 days old`. */
export function ageText(hours: number): string {
  if (hours < 1) return 'less than an hour old'
  if (hours < 48) return `${Math.round(hours)} ${Math.round(hours) === 1 ? 'hour' : 'hours'} old`
  return `${Math.round(hours / 24)} days old`
}

export function spentText({source}: CostReport): string {
  const {requests, cost, thisMonth} = source
  const month = thisMonth === null ? '' : `; ${thisMonth.requests} of ${thisMonth.cap} this month`
  if (requests === 0) return `no billable request${month}`
  const paid = requests === 1 ? 'one request' : `${requests} requests`
  return `${paid}, ${moneyText(cost)}${month}`
}

/** The days at the end whose cost is not all on the bill yet; undefined when all are whole. */
export function openDaysText({daily}: CostReport): string | undefined {
  const first = daily.days.find(({complete}) => complete < settledAt)
  const last = daily.days.at(-1)
  if (first === undefined || last === undefined) return undefined
  const days =
    first.day === last.day ? shortDay(first.day) : `${shortDay(first.day)} to ${shortDay(last.day)}`
  return `${days}: not all on the bill yet`
}
