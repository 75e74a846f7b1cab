import {scaleLinear} from 'd3-scale'
import {area, line} from 'd3-shape'
import {moneyText} from '../../../../ports/money.js'
import type {CostReport} from '../../report/cost-report.js'
import {monthTitle, shortDay, shortMonth} from '../wording.js'
import {at, moneyGrid, svg} from './markup.js'

type Point = readonly [number, number]
/** A day, its low end and its high end. */
type BandPoint = readonly [number, number, number]

interface Curves {
  readonly now: readonly Point[]
  readonly before: readonly Point[]
  /** From the last day counted to the last of the month. */
  readonly expected: readonly Point[]
  readonly band: readonly BandPoint[]
  readonly budget: number
  readonly top: number
}

/** Spent so far against the budget, where it is heading, and the month before. */
export function cumulativeChart(report: CostReport, id: string, width: number): string {
  const {currency, daysInMonth} = report
  const curves = curvesOf(report)
  const isNarrow = width < 500
  const height = isNarrow ? 240 : 300
  const frame = {left: 8, right: isNarrow ? 58 : 68, top: 22, bottom: 24}
  const x = scaleLinear([0, daysInMonth], [frame.left, width - frame.right])
  const y = scaleLinear([0, curves.top], [height - frame.bottom, frame.top])
  const days = (isNarrow ? [1, 15, daysInMonth] : [1, 8, 15, 22, daysInMonth]).map(
    (day) =>
      `<text class="axis" x="${at(x(day))}" y="${height - 6}" text-anchor="${day === daysInMonth ? 'end' : 'middle'}">${shortDay(dayOf(report.month, day))}</text>`,
  )
  const limit = at(y(curves.budget))
  const budgetLine =
    `<path class="limit" d="M${frame.left},${limit}H${at(width - frame.right)}"/>` +
    `<text class="limit-text" x="${frame.left + 2}" y="${at(y(curves.budget) - 6)}">Budget ${moneyText(report.budget.budget)}</text>`
  const grid = moneyGrid({width, frame, currency, ticks: y.ticks(isNarrow ? 3 : 4), y})
  const body = [grid, ...days, curvePaths(curves, {x, y}), budgetLine].join('')
  return svg({id, width, height, ...spoken(report)}, body)
}

type Scale = (value: number) => number

function curvePaths(curves: Curves, {x, y}: {readonly x: Scale; readonly y: Scale}): string {
  const path = (points: readonly Point[]) =>
    line<Point>(
      ([day]) => x(day),
      ([, amount]) => y(amount),
    ).digits(1)([...points]) ?? ''
  const band = area<BandPoint>()
    .x(([day]) => x(day))
    .y0(([, low]) => y(low))
    .y1(([, , high]) => y(high))
    .digits(1)([...curves.band])
  const [day, spent] = curves.now.at(-1) ?? [0, 0]
  return [
    `<path class="before" d="${path(curves.before)}"/>`,
    band === null ? '' : `<path class="band" d="${band}"/>`,
    `<path class="expected" d="${path(curves.expected)}"/>`,
    `<path class="now" d="${path(curves.now)}"/>`,
    `<circle class="dot" cx="${at(x(day))}" cy="${at(y(spent))}" r="4"/>`,
  ].join('')
}

function spoken({month, asOf, budget, forecast, lastMonth}: CostReport) {
  const outcome =
    forecast === null
      ? ''
      : ` The month is expected to end at ${moneyText(forecast.expected)}, between ${moneyText(forecast.low)} and ${moneyText(forecast.high)}.`
  return {
    title: `Spent in ${monthTitle(month)}, adding up`,
    description: `${moneyText(budget.spent)} up to ${shortDay(asOf)} against a budget of ${moneyText(budget.budget)}.${outcome} The faint line is ${shortMonth(lastMonth.month)}.`,
  }
}

function curvesOf({daily, lastMonth, forecast, budget, daysInMonth}: CostReport): Curves {
  const now = adding(daily.days.map(({counted}) => counted))
  const before = adding(lastMonth.counted).filter(([day]) => day <= daysInMonth)
  const [day, spent] = now.at(-1) ?? [0, 0]
  const ends = forecast === null ? undefined : {...forecast, day: daysInMonth}
  const isOpen = ends !== undefined && day < daysInMonth
  return {
    now,
    before,
    expected: isOpen
      ? [
          [day, spent],
          [ends.day, ends.expected.minor],
        ]
      : [],
    band: isOpen
      ? [
          [day, spent, spent],
          [ends.day, ends.low.minor, ends.high.minor],
        ]
      : [],
    budget: budget.budget.minor,
    top:
      Math.max(
        budget.budget.minor,
        ends?.high.minor ?? 0,
        ...now.map(([, value]) => value),
        ...before.map(([, value]) => value),
        1,
      ) * 1.06,
  }
}

/** Sums up to the end of each day; day 0 is nothing. */
function adding(amounts: readonly number[]): readonly Point[] {
  let sum = 0
  return [[0, 0], ...amounts.map((amount, index) => [index + 1, (sum += amount)] as const)]
}

function dayOf(month: string, day: number): string {
  return `${month}-${String(day).padStart(2, '0')}`
}
