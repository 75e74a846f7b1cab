import {MitraError} from '../errors.js'
import {addDays, utcDayOf} from '../features/cost/calendar.js'
import {withCauses} from '../features/cost/report/anomaly-causes.js'
import {buildReport} from '../features/cost/report/build-report.js'
import type {CostReport} from '../features/cost/report/cost-report.js'
import {recordOf} from '../features/cost/report/report-changes.js'
import {checkedMonth, reportMonth} from '../features/cost/report/month-sums.js'
import type {CostLedger, UtcDay} from '../ports/costs.js'
import type {ReportMemory, ReportRecord} from '../ports/report-memory.js'
import {readBill, type BillWish} from './bill.js'
import {terminalLook} from './terminal-look.js'
import type {Tools} from './tools.js'

export const reportFormats = ['text', 'csv', 'focus', 'markdown', 'html'] as const

export type ReportFormat = (typeof reportFormats)[number]

interface ReportWish extends BillWish {
  readonly month?: string | undefined
  readonly causes?: boolean
  /** Anomalies of so many days, where the report's two weeks are not enough. */
  readonly anomalyDays?: number
}

export interface MadeReport {
  readonly report: CostReport
  /** What is to be kept of it. */
  readonly record: ReportRecord
  /** The bill in its own currency. */
  readonly ledger: CostLedger
  /** Undefined for the sample, which nobody needs to remember. */
  readonly memory: ReportMemory | undefined
}

/** Reads the bill, the budgets and what was reported before, and computes the report. */
export async function makeReport(tools: Tools, wish: ReportWish): Promise<MadeReport> {
  const {config} = await tools.prospect()
  const files = await tools.costFiles()
  const {source, ledger, asOf, isSample} = await readBill(tools, wish)
  const memory = isSample ? undefined : await tools.reportMemory()
  const now = tools.clock().now()
  const earlier = await memory?.lastBefore(ledger.source, utcDayOf(now))
  const phase = config.values['cost.phase']
  const {report, exactTotal} = buildReport({
    ledger,
    files,
    asOf,
    month: checkedMonth(wish.month, {asOf, first: ledger.window.start}),
    choice: {
      phase: phase === 'auto' ? undefined : phase,
      users: config.values['cost.users'],
      previous: earlier?.phase,
    },
    gstPercent: config.values['cost.gstPercent'],
    earlier,
    anomaliesSince: sinceFor(wish, asOf),
    now,
  })
  const record = recordOf(report, exactTotal)
  if (wish.causes !== true) return {report, record, ledger, memory}
  const explained = await withCauses(report, {source, ledger, rates: files.rates})
  return {report: explained, record, ledger, memory}
}

/** Not later than the report's own: what is learnt from fewer days would begin on other days. */
function sinceFor({anomalyDays = 0}: ReportWish, asOf: UtcDay): UtcDay | undefined {
  return anomalyDays > reportedDays ? addDays(asOf, -anomalyDays) : undefined
}

const reportedDays = 14

const endings: Readonly<Record<string, ReportFormat>> = {
  html: 'html',
  htm: 'html',
  md: 'markdown',
  csv: 'csv',
  txt: 'text',
}

/** The one that was named, else by the ending of the file, else text. */
export function formatOf(
  named: ReportFormat | undefined,
  output: string | undefined,
): ReportFormat {
  if (named !== undefined) return named
  if (output === undefined) return 'text'
  const found = endings[/\.([a-z]+)$/i.exec(output)?.[1]?.toLowerCase() ?? '']
  if (found !== undefined) return found
  throw new MitraError('usage', 'REPORT_FORMAT', `${output} does not say which format.`, {
    hints: [`--format ${reportFormats.join(', --format ')}`],
  })
}

/** Each renderer is loaded when it is wanted: the pictures take longer to load than the text. */
export async function reportText(
  {report, ledger}: MadeReport,
  {format, isFile}: {readonly format: ReportFormat; readonly isFile: boolean},
): Promise<string> {
  switch (format) {
    case 'text': {
      const {terminalReport} = await import('../features/cost/render/terminal.js')
      const look = isFile
        ? {columns: 100, paint: (_: string, text: string) => text}
        : terminalLook()
      return `${terminalReport(report, look)}\n`
    }
    case 'csv':
      return (await import('../features/cost/render/report-csv.js')).reportCsv(report)
    case 'focus': {
      const {focusCsv} = await import('../features/cost/render/focus-csv.js')
      return focusCsv(ledger, reportMonth(report.asOf, report.month).counted)
    }
    case 'markdown':
      return (await import('../features/cost/render/markdown.js')).markdownReport(report)
    case 'html':
      return (await import('../features/cost/render/html/page.js')).htmlReport(report)
  }
}

/** Whether somebody who is not looking should be told: the budget, an anomaly, the data. */
export function isWorthReading({budget, anomalies, source}: CostReport): boolean {
  return (
    budget.state === 'over' ||
    budget.state === 'willExceed' ||
    source.degraded !== null ||
    anomalies.some(({isNew}) => isNew)
  )
}
