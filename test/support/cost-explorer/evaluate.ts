import {createHash} from 'node:crypto'
import type {
  GetCostAndUsageRequest,
  GetCostAndUsageResponse,
  Group,
  MetricValue,
  ResultByTime,
} from '@aws-sdk/client-cost-explorer'
import {
  addDays,
  daysOf,
  monthStart,
  parseDay,
  utcDayOf,
} from '../../../src/features/cost/calendar.js'
import type {DayWindow, UtcDay} from '../../../src/ports/costs.js'
import type {Bill, BillRow} from './bill.js'
import {groupKey, matches} from './filter.js'
import {refuse} from './refusal.js'

interface Asking {
  readonly bill: Bill
  readonly now: Date
  /** Groups on one page. */
  readonly pageSize: number
}

/** Answers the question from the rows of the bill, a page of it. */
export function evaluate(request: GetCostAndUsageRequest, asking: Asking): GetCostAndUsageResponse {
  const window = checkedWindow(request, asking.now)
  const metrics = checkedMetrics(request.Metrics)
  const groupBy = checkedGroups(request)
  const from = pageStart(request)
  const {bill} = asking
  const rows = bill.rows.filter(({day}) => window.start <= day && day < window.end)
  const byDay = grouped(
    rows.filter((row) => matches(request.Filter, row)),
    ({day}) => day,
  )
  const results = periodsOf(window, request.Granularity).map((period) => {
    const own = daysOf(period).flatMap((day) => byDay.get(day) ?? [])
    return resultOf(period, own, {metrics, groupBy, bill})
  })
  const {page, next} = pageOf(results, from, asking.pageSize)
  return {
    ...(groupBy.length === 0 ? {} : {GroupDefinitions: request.GroupBy}),
    ResultsByTime: page,
    DimensionValueAttributes: [],
    ...(next === undefined ? {} : {NextPageToken: tokenOf(request, next)}),
  }
}

function checkedWindow({TimePeriod}: GetCostAndUsageRequest, now: Date): DayWindow {
  const start = dayOf(TimePeriod?.Start)
  const end = dayOf(TimePeriod?.End)
  const today = utcDayOf(now)
  if (start >= end) {
    throw refuse(
      'ValidationException',
      'Start date (and hour) should be before end date (and hour)',
    )
  }
  if (start < monthStart(today, -13)) {
    const message = "You haven't enabled historical data beyond 14 months"
    throw refuse('ValidationException', message)
  }
  if (end > monthStart(today, 1)) {
    throw refuse('ValidationException', 'end date past the beginning of next month')
  }
  return {start, end}
}

function grouped(rows: readonly BillRow[], key: (row: BillRow) => string) {
  const groups = new Map<string, BillRow[]>()
  for (const row of rows) {
    const members = groups.get(key(row))
    if (members === undefined) groups.set(key(row), [row])
    else members.push(row)
  }
  return groups
}

function dayOf(text = ''): UtcDay {
  try {
    return parseDay(text)
  } catch {
    throw refuse(
      'ValidationException',
      `time period ${text} is invalid, valid format is: yyyy-MM-dd`,
    )
  }
}

/** As GetCostAndUsage spells them, which GetCostForecast does not. */
const knownMetrics: Readonly<Record<string, (row: BillRow) => bigint>> = {
  AmortizedCost: (row) => row.amortized,
  BlendedCost: (row) => row.unblended,
  NetAmortizedCost: (row) => row.amortized,
  NetUnblendedCost: (row) => row.unblended,
  UnblendedCost: (row) => row.unblended,
}

function checkedMetrics(metrics: readonly string[] = []): readonly string[] {
  const unknown = metrics.find((metric) => knownMetrics[metric] === undefined)
  if (metrics.length > 0 && unknown === undefined) return metrics
  throw refuse('ValidationException', `Metric ${unknown ?? 'list'} is invalid`)
}

function checkedGroups({GroupBy = [], Granularity}: GetCostAndUsageRequest): readonly string[] {
  if (Granularity !== 'DAILY' && Granularity !== 'MONTHLY') {
    throw refuse('ValidationException', `Granularity ${Granularity} is not enabled`)
  }
  if (GroupBy.length > 2) throw refuse('ValidationException', 'Only 2 group by are allowed')
  const other = GroupBy.find(({Type}) => Type !== 'DIMENSION')
  if (other !== undefined)
    throw refuse('ValidationException', `Group type ${other.Type} is unknown`)
  return GroupBy.map(({Key = ''}) => Key)
}

/** A month that the window cuts is answered in part, as asked. */
function periodsOf({start, end}: DayWindow, granularity: string | undefined): readonly DayWindow[] {
  const periods: DayWindow[] = []
  for (let from = start; from < end;) {
    const after = granularity === 'MONTHLY' ? monthStart(from, 1) : addDays(from, 1)
    const to = after < end ? after : end
    periods.push({start: from, end: to})
    from = to
  }
  return periods
}

interface Shape {
  readonly metrics: readonly string[]
  readonly groupBy: readonly string[]
  readonly bill: Bill
}

function resultOf(period: DayWindow, rows: readonly BillRow[], shape: Shape): ResultByTime {
  const groups = grouped(rows, (row) => shape.groupBy.map((name) => groupKey(name, row)).join('\n'))
  const isGrouped = shape.groupBy.length > 0
  const listed = isGrouped ? [...groups].map(([key, members]) => groupOf(key, members, shape)) : []
  return {
    TimePeriod: {Start: period.start, End: period.end},
    // A grouped answer has totals for the periods without any group alone.
    Total: isGrouped && listed.length > 0 ? {} : metricsOf(rows, shape),
    Groups: listed,
    Estimated: addDays(period.end, -1) >= shape.bill.estimatedFrom,
  }
}

function groupOf(key: string, rows: readonly BillRow[], shape: Shape): Group {
  return {Keys: key.split('\n'), Metrics: metricsOf(rows, shape)}
}

function metricsOf(rows: readonly BillRow[], {metrics, bill}: Shape): Record<string, MetricValue> {
  const [{currency} = bill] = rows
  const values = metrics.map((metric) => {
    const sum = rows.reduce((total, row) => total + (knownMetrics[metric]?.(row) ?? 0n), 0n)
    return [metric, {Amount: decimal(sum), Unit: currency}]
  })
  return Object.fromEntries(values)
}

/** As Cost Explorer writes it: no zeros at the end. */
export function decimal(pico: bigint): string {
  const digits = (pico < 0n ? -pico : pico).toString().padStart(13, '0')
  const fraction = digits.slice(-12).replace(/0+$/, '')
  const text = `${digits.slice(0, -12)}${fraction === '' ? '' : `.${fraction}`}`
  return pico < 0n ? `-${text}` : text
}

/** A page ends in the middle of a day where it is full; a day without groups takes the room of one. */
function pageOf(results: readonly ResultByTime[], from: number, size: number) {
  const items = results.flatMap((result) => {
    const groups: readonly (Group | undefined)[] = result.Groups ?? []
    return (groups.length === 0 ? [undefined] : groups).map((group) => ({result, group}))
  })
  const cut = items.slice(from, from + size)
  const page = new Map<ResultByTime, Group[]>()
  for (const {result, group} of cut) {
    page.set(result, [...(page.get(result) ?? []), ...(group === undefined ? [] : [group])])
  }
  return {
    page: [...page].map(([result, Groups]) => ({...result, Groups})),
    next: from + size < items.length ? from + size : undefined,
  }
}

function tokenOf(request: GetCostAndUsageRequest, from: number): string {
  return Buffer.from(`${from} ${fingerprint(request)}`).toString('base64')
}

function pageStart(request: GetCostAndUsageRequest): number {
  const {NextPageToken} = request
  if (NextPageToken === undefined) return 0
  const text = Buffer.from(NextPageToken, 'base64').toString()
  const [, from, of] = /^(\d+) ([0-9a-f]{64})$/.exec(text) ?? []
  if (from === undefined) throw refuse('InvalidNextTokenException', 'Invalid pagination token')
  if (of === fingerprint(request)) return Number(from)
  const message =
    'Your request parameters changed between pages. Try again with the old parameters.'
  throw refuse('RequestChangedException', message)
}

function fingerprint(request: GetCostAndUsageRequest): string {
  const question = JSON.stringify({...request, NextPageToken: undefined})
  return createHash('sha256').update(question).digest('hex')
}
