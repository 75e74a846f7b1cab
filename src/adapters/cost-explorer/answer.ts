import type {
  GetCostAndUsageCommandOutput,
  Group,
  MetricValue,
  ResultByTime,
} from '@aws-sdk/client-cost-explorer'
import {parseMoney} from '../../ports/money.js'
import {PageFailure, type BillDay, type BillLine, type BillPage} from '../../ports/bill-pages.js'

export const metrics = ['NetUnblendedCost', 'NetAmortizedCost'] as const

/** One page as the SDK gives it, checked: what is odd is refused, never guessed. */
export function billPage(answer: GetCostAndUsageCommandOutput, service?: string): BillPage {
  if (answer.ResultsByTime === undefined) throw odd('it has no ResultsByTime')
  const days = answer.ResultsByTime.map((result) => billDay(result, service))
  const next = answer.NextPageToken
  return {days, next: next === '' ? undefined : next}
}

function billDay(result: ResultByTime, service?: string): BillDay {
  const {TimePeriod, Estimated = true, Groups = []} = result
  const day = TimePeriod?.Start
  if (day === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) throw odd('a day has no date')
  const priced = Groups.map((group) => pricedLine(group, day, service))
  const units = new Set(priced.map(({unit}) => unit))
  if (priced.length === 0) addUnitOfNothing(units, result)
  if (units.size > 1) throw mixedUnits(day, [...units])
  const [currency] = units
  return {day, isEstimated: Estimated, currency, lines: priced.map(({line}) => line)}
}

/** A day without costs has a Total of nothing, in a currency; one with groups has none. */
function addUnitOfNothing(units: Set<string>, {Total = {}}: ResultByTime): void {
  for (const {Unit = ''} of Object.values(Total)) {
    if (/^[A-Z]{3}$/.test(Unit)) units.add(Unit)
  }
}

interface PricedLine {
  readonly line: BillLine
  readonly unit: string
}

function pricedLine({Keys = [], Metrics = {}}: Group, day: string, service?: string): PricedLine {
  const [name, recordType] = Keys
  if (name === undefined || recordType === undefined) {
    throw odd(`a group of ${day} has the keys ${JSON.stringify(Keys)}`)
  }
  const billed = amount(Metrics['NetUnblendedCost'], `NetUnblendedCost of ${day}`)
  const amortized = amount(Metrics['NetAmortizedCost'], `NetAmortizedCost of ${day}`)
  if (billed.unit !== amortized.unit) throw mixedUnits(day, [billed.unit, amortized.unit])
  const whose = service === undefined ? {service: name} : {service, usageType: name}
  const line = {usageType: undefined, ...whose, recordType}
  return {line: {...line, billed: billed.pico, amortized: amortized.pico}, unit: billed.unit}
}

function amount(value: MetricValue | undefined, what: string): {pico: bigint; unit: string} {
  const {Amount, Unit} = value ?? {}
  if (Amount === undefined || Unit === undefined) throw odd(`${what} has no amount`)
  try {
    return {pico: parseMoney(Amount, Unit).pico, unit: Unit}
  } catch (cause) {
    throw odd(`${what} is ${JSON.stringify(Amount)} ${JSON.stringify(Unit)}`, cause)
  }
}

function odd(what: string, cause?: unknown): PageFailure {
  return new PageFailure('notReady', 'ODD_ANSWER', `The answer of Cost Explorer is odd: ${what}.`, {
    hints: ['Run again with DEBUG=* and report it; nothing of the answer is kept.'],
    charged: 'maybe',
    retry: 'never',
    cause,
  })
}

function mixedUnits(day: string, units: readonly string[]): PageFailure {
  const message = `The bill of ${day} is in ${units.toSorted().join(' and ')}, which cannot be added.`
  return new PageFailure('notReady', 'CURRENCY_MIX', message, {
    hints: ['Ask AWS why one day is billed in two currencies.'],
    charged: 'maybe',
    retry: 'never',
  })
}
