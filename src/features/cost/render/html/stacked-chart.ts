import {scaleBand, scaleLinear} from 'd3-scale'
import {stack, stackOffsetDiverging} from 'd3-shape'
import {moneyText} from '../../../../ports/money.js'
import type {CostReport, DailyCost} from '../../report/cost-report.js'
import {settledAt} from '../../maturity.js'
import {monthTitle, shortDay} from '../wording.js'
import {at, escaped, moneyGrid, svg} from './markup.js'

/** Tax and credits come in lumps on a few days and would hide what the days were like. */
export function chartSeries({daily}: CostReport): readonly {name: string; index: number}[] {
  return daily.series
    .map((name, index) => ({name, index}))
    .filter(({name}) => name !== 'Tax' && name !== 'Credits')
}

/** What each day cost, by service; days that are not whole yet are drawn lighter. */
export function stackedChart(report: CostReport, id: string, width: number): string {
  const {daily, currency, daysInMonth} = report
  const isNarrow = width < 500
  const height = isNarrow ? 220 : 280
  const frame = {left: 8, right: isNarrow ? 58 : 68, top: 12, bottom: 24}
  const layers = layersOf(report)
  const ends = layers.flatMap(({spans}) => spans.flat())
  const x = scaleBand<number>()
    .domain(Array.from({length: daysInMonth}, (_, day) => day))
    .range([frame.left, width - frame.right])
    .paddingInner(0.22)
  const y = scaleLinear(
    [Math.min(0, ...ends), Math.max(1, ...ends)],
    [height - frame.bottom, frame.top],
  )
  const bars = daily.days.map((day, index) => {
    const place = {left: at(x(index) ?? 0), width: at(x.bandwidth())}
    const parts = layers.map(({colour, spans}) => rectangle(spans[index], {...place, colour, y}))
    const look = day.complete < settledAt ? ' class="open"' : ''
    return `<g${look}><title>${escaped(dayText(day, layers, currency))}</title>${parts.join('')}</g>`
  })
  const labels = (isNarrow ? [0, 14] : [0, 7, 14, 21])
    .filter((index) => index < daily.days.length)
    .map(
      (index) =>
        `<text class="axis" x="${at(x(index) ?? 0)}" y="${height - 6}">${shortDay(daily.days[index]?.day ?? '')}</text>`,
    )
  const grid = moneyGrid({width, frame, currency, ticks: y.ticks(isNarrow ? 3 : 4), y})
  const title = `Costs day by day in ${monthTitle(report.month)}`
  const description =
    'One bar a day, divided by service, before tax and credits. The table below has the numbers.'
  return svg({id, width, height, title, description}, [grid, ...bars, ...labels].join(''))
}

/** One colour of the chart: from where to where it reaches on each day. */
interface Layer {
  readonly name: string
  readonly index: number
  readonly colour: string
  readonly spans: readonly (readonly [number, number])[]
}

function layersOf(report: CostReport): readonly Layer[] {
  const series = chartSeries(report)
  const stacked = stack<DailyCost>()
    .keys(series.map(({index}) => String(index)))
    .value((day, key) => day.amounts[Number(key)] ?? 0)
    .offset(stackOffsetDiverging)([...report.daily.days])
  return series.map(({name, index}, place) => ({
    name,
    index,
    colour: colourOf(name, place),
    spans: (stacked[place] ?? []).map(([low, high]) => [low, high] as const),
  }))
}

interface Bar {
  readonly left: string
  readonly width: string
  readonly colour: string
  readonly y: (value: number) => number
}

function rectangle(
  [low, high]: readonly [number, number] = [0, 0],
  {left, width, colour, y}: Bar,
): string {
  const size = y(low) - y(high)
  if (size < 0.05) return ''
  return `<rect class="s${colour}" x="${left}" y="${at(y(high))}" width="${width}" height="${at(size)}"/>`
}

/** Refunds have the colour of nothing else; services have theirs by rank. */
export function colourOf(name: string, place: number): string {
  return name === 'Refunds' ? 'r' : String(Math.min(place, 7))
}

function dayText(
  day: DailyCost,
  series: readonly {readonly name: string; readonly index: number}[],
  currency: string,
): string {
  const parts = series
    .filter(({index}) => day.amounts[index] !== 0)
    .map(({name, index}) => `${name} ${moneyText({minor: day.amounts[index] ?? 0, currency})}`)
  return `${shortDay(day.day)}\n${parts.join('\n')}`
}
