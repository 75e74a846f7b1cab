import {moneyText, type MinorMoney} from '../../../ports/money.js'
import type {Calibration, ProjectedMonth} from '../project/projection.js'
import type {RoadmapMonth} from '../project/roadmap.js'
import {bar, padEnd, padStart, shortened, widthOf, wrapped} from './blocks.js'
import {roomy, type TerminalLook, type TextStyle} from './terminal-page.js'
import {shortDay} from './wording.js'

export interface ShownProjection {
  /** The month with the users that were asked for; null where only the roadmap was. */
  readonly point: ProjectedMonth | null
  readonly months: readonly (RoadmapMonth & {readonly projected: ProjectedMonth})[]
  readonly calibration: Calibration | null
  /** Why there is no bill to correct the model by. */
  readonly uncalibrated: string | null
  readonly pricesOf: string
  readonly rate: string | null
}

type Page = ShownProjection & {readonly look: TerminalLook; readonly width: number}

/** One month in detail, and the roadmap as a table with a bar against each month's budget. */
export function projectText(shown: ShownProjection, look: TerminalLook): string {
  const page = {...shown, look, width: Math.min(110, Math.max(56, look.columns))}
  const parts = [
    ...(shown.point === null ? [] : pointParts(shown.point, page)),
    roadmapLines(page),
    footLines(page),
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')
}

function pointParts(point: ProjectedMonth, page: Page): readonly (readonly string[])[] {
  return [
    headLines(point, page),
    serviceLines(point, page),
    categoryLines(point, page),
    allLines(point, page),
  ]
}

function headLines(point: ProjectedMonth, {look, width}: Page): readonly string[] {
  const {users, phase, cloud, budget, usedPercent, isOver, sizing} = point
  const verdict = `${moneyText(cloud)} a month of ${moneyText(budget)} (${usedPercent} %), ${isOver ? 'over the budget' : 'within the budget'}`
  const sizes = [
    `${round(sizing.requests / 1e6)} million requests (${round(sizing.peakPerSecond)} a second at the peak)`,
    `${count(sizing.tasks)} tasks`,
    `${round(sizing.acus)} ACUs`,
    `${round(sizing.databaseGb)} GB of database`,
    `${round(sizing.storageGb)} GB of files`,
    `${round(sizing.transferGb)} GB out`,
  ]
  return [
    look.paint('title', `${count(users)} users, phase ${phase}`),
    look.paint(isOver ? 'bad' : 'good', verdict),
    ...wrapped(sizes.join(', '), width).map((line) => look.paint('faint', line)),
  ]
}

function serviceLines({services}: ProjectedMonth, page: Page): readonly string[] {
  const {look, width} = page
  const top = Math.max(...services.map(({amount}) => amount.minor), 1)
  const names = Math.min(width < roomy ? 28 : 44, longest(services.map(({service}) => service)))
  return [
    look.paint('title', padEnd('Service', names) + padStart('a month', 16)),
    ...services.map(({service, amount, isCarried}) => {
      const text = padEnd(shortened(service, names), names) + padStart(moneyText(amount), 16)
      const drawn = bar(amount.minor / top, width - names - 18)
      return `${text}  ${look.paint(isCarried ? 'faint' : 'good', drawn)}`
    }),
  ]
}

function categoryLines({categories}: ProjectedMonth, {look}: Page): readonly string[] {
  const names = longest(categories.map(({title}) => title))
  return [
    look.paint('title', padEnd('Kind', names) + padStart('a month', 16) + padStart('budget', 16)),
    ...categories.map(({title, amount, budget}) => {
      const text =
        padEnd(title, names) + padStart(moneyText(amount), 16) + padStart(moneyText(budget), 16)
      return amount.minor > budget.minor ? look.paint('warning', text) : text
    }),
  ]
}

function allLines({outlook, total}: ProjectedMonth, {look}: Page): readonly string[] {
  const rows: readonly (readonly [string, MinorMoney])[] = outlook.map((row) => [
    row.title,
    row.expected,
  ])
  const names = longest([...rows.map(([title]) => title), 'All in all'])
  const line = (title: string, amount: MinorMoney) =>
    padEnd(title, names) + padStart(moneyText(amount), 16)
  return [
    ...rows.map(([title, amount]) => line(title, amount)),
    look.paint('title', line('All in all', total)),
  ]
}

function roadmapLines({months, look, width}: Page): readonly string[] {
  if (months.length === 0) return []
  const top = Math.max(
    ...months.map(({projected}) => Math.max(projected.cloud.minor, projected.budget.minor)),
    1,
  )
  const amounts = Math.max(...months.map(({projected}) => widthOf(moneyText(projected.cloud))), 8)
  const room = Math.max(0, width - amounts - 35)
  const head = `Month    Users  ${padStart('Cloud', amounts)}     Used  ${room < 12 ? '' : '│ is the budget'}`
  const lines = months.flatMap((one, at) => {
    const begins = at === 0 || months[at - 1]?.stage !== one.stage
    const title = look.paint('faint', `${one.stage}, ${moneyText(one.projected.budget)} a month`)
    return [...(begins ? [title] : []), monthLine(one, {amounts, room, top, look})]
  })
  const over = months.find(({projected}) => projected.isOver)
  const verdict =
    over === undefined
      ? look.paint('good', 'No month is over its budget.')
      : look.paint(
          'bad',
          `Month ${over.month} is the first over its budget: ${count(over.users)} users.`,
        )
  return [look.paint('title', head), ...lines, verdict]
}

function monthLine(
  {month, users, projected}: Page['months'][number],
  {
    amounts,
    room,
    top,
    look,
  }: {
    readonly amounts: number
    readonly room: number
    readonly top: number
    readonly look: TerminalLook
  },
): string {
  const {cloud, budget, usedPercent, isOver} = projected
  const style: TextStyle = isOver ? 'bad' : 'good'
  const used = padStart(`${usedPercent.toFixed(1)} %`, 8)
  const text = `${padStart(String(month), 5)}${padStart(count(users), 9)}  ${padStart(moneyText(cloud), amounts)}  ${look.paint(style, used)}`
  if (room < 12) return text
  const limit = Math.min(room - 1, Math.round((budget.minor / top) * room))
  const drawn = padEnd(bar(cloud.minor / top, room), room)
  const marked = `${drawn.slice(0, limit)}│${drawn.slice(limit + 1)}`
  return `${text}  ${look.paint(style, marked)}`
}

const mostFactors = 12

function footLines({
  calibration,
  uncalibrated,
  pricesOf,
  rate,
  look,
  width,
}: Page): readonly string[] {
  const faint = (text: string) => wrapped(text, width).map((line) => look.paint('faint', line))
  const origin = `Prices of ${pricesOf} and assumptions of use${rate === null ? '' : `; ${rate}`}.`
  if (calibration === null) {
    return [
      ...faint(origin),
      ...faint(`Not corrected by a bill: ${uncalibrated ?? 'there is none'}`),
    ]
  }
  const {users, firstDay, lastDay, factors, carried} = calibration
  const named = factors.slice(0, mostFactors).map(({service, factor}) => `${service} x${factor}`)
  return [
    ...faint(origin),
    ...faint(
      `Corrected by the bill of ${shortDay(firstDay)} to ${shortDay(lastDay)}, taken as ${count(users)} users: ${named.join(', ')}.`,
    ),
    ...(carried.length === 0
      ? []
      : faint(`Not in the model, carried on as billed: ${carried.join(', ')}.`)),
  ]
}

function longest(texts: readonly string[]): number {
  return Math.max(12, ...texts.map(widthOf))
}

function count(value: number): string {
  return new Intl.NumberFormat('en-IN').format(value)
}

function round(value: number): string {
  return new Intl.NumberFormat('en-IN', {maximumSignificantDigits: 3}).format(value)
}
