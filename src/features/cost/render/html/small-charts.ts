import {scaleLinear} from 'd3-scale'
import {line} from 'd3-shape'
import {moneyText} from '../../../../ports/money.js'
import type {CategoryVerdict, CostReport} from '../../report/cost-report.js'
import {at, svg} from './markup.js'

/** What is spent, what the month will come to, and where the budget ends, on one bar. */
export function budgetGauge({budget, forecast}: CostReport, id: string, width: number): string {
  const height = 46
  const limit = budget.budget.minor
  const high = forecast?.high.minor ?? budget.spent.minor
  const x = scaleLinear([0, Math.max(limit, high, budget.spent.minor, 1) * 1.02], [0, width])
  const spent = Math.max(0, x(budget.spent.minor))
  const expected =
    forecast === null ? spent : x(Math.max(forecast.expected.minor, budget.spent.minor))
  const mark = x(limit)
  const isNearEnd = mark > width - 60
  const body = [
    `<rect class="track" x="0" y="18" width="${width}" height="16" rx="8"/>`,
    `<rect class="ahead" x="0" y="18" width="${at(expected)}" height="16" rx="8"/>`,
    `<rect class="fill" x="0" y="18" width="${at(spent)}" height="16" rx="8"/>`,
    forecast === null
      ? ''
      : `<path class="whisker" d="M${at(x(forecast.low.minor))},26H${at(x(forecast.high.minor))}"/>`,
    `<path class="mark" d="M${at(mark)},12V40"/>`,
    `<text class="mark-text" x="${at(mark + (isNearEnd ? -4 : 4))}" y="11" text-anchor="${isNearEnd ? 'end' : 'start'}">Budget</text>`,
  ].join('')
  const ahead =
    forecast === null ? '' : ` The month is expected to end at ${moneyText(forecast.expected)}.`
  return svg(
    {
      id,
      width,
      height,
      title: `${budget.usedPercent} % of the budget is used`,
      description: `${moneyText(budget.spent)} of ${moneyText(budget.budget)}.${ahead}`,
    },
    body,
  )
}

/** The days of one service, without a scale: only the shape matters. */
export function sparkLine(days: readonly number[], label: string): string {
  const width = 96
  const height = 24
  const x = scaleLinear([0, Math.max(1, days.length - 1)], [2, width - 2])
  const y = scaleLinear([Math.min(0, ...days), Math.max(1, ...days)], [height - 3, 3])
  const path =
    line<number>(
      (_, index) => x(index),
      (value) => y(value),
    ).digits(1)([...days]) ?? ''
  return `<svg class="spark" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}"><path d="${path}"/></svg>`
}

/** A category's part of the budget: the whole width is the larger of both. */
export function categoryBar({budget, spent}: CategoryVerdict): string {
  const width = 200
  const whole = Math.max(budget.minor, spent.minor, 1)
  const x = scaleLinear([0, whole], [0, width])
  const isOver = spent.minor > budget.minor && budget.minor > 0
  return (
    `<svg class="bar" viewBox="0 0 ${width} 12" preserveAspectRatio="none" aria-hidden="true">` +
    `<rect class="track" width="${at(x(Math.max(budget.minor, 0)))}" height="12"/>` +
    `<rect class="${isOver ? 'over' : 'fill'}" width="${at(x(Math.max(0, spent.minor)))}" height="12"/>` +
    (isOver ? `<path class="mark" d="M${at(x(budget.minor))},0V12"/>` : '') +
    '</svg>'
  )
}
