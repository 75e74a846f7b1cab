import type {AnomalyDays} from '../report/anomaly-days.js'
import type {CostReport} from '../report/cost-report.js'
import {sparkline, wrapped} from './blocks.js'
import type {TerminalLook, TextStyle} from './terminal-page.js'
import {ageText, anomalySentence, causeHint, causeTexts, shortDay} from './wording.js'

interface AnomaliesPage {
  readonly report: CostReport
  readonly anomalies: readonly AnomalyDays[]
  readonly days: number
}

/** What cost something else than it used to, with four weeks of the service and the cause. */
export function anomaliesText(
  {report, anomalies, days}: AnomaliesPage,
  look: TerminalLook,
): string {
  const width = Math.min(110, Math.max(56, look.columns))
  const {source, conversion} = report
  const lines = (text: string, style: TextStyle, indent = '') =>
    wrapped(text, width - indent.length).map((line) => indent + look.paint(style, line))
  const head = [
    look.paint('title', `Anomalies of the last ${days} days, up to ${shortDay(report.asOf)}`),
    ...lines(`${source.name}, ${ageText(source.ageHours)}`, 'faint'),
    ...(conversion === null ? [] : lines(conversion.text, 'faint')),
    ...(source.degraded === null ? [] : lines(source.degraded.message, 'bad')),
  ]
  if (anomalies.length === 0)
    return [...head, '', 'None: every service cost what it used to.'].join('\n')
  const blocks = anomalies.map((one) => [
    '',
    ...lines(`${one.isNew ? 'New: ' : ''}${anomalySentence(one)}`, styleOf(one)),
    `  ${sparkline(one.days)}  ${look.paint('faint', 'the last four weeks')}`,
    ...(one.cause.length === 0
      ? lines(causeHint(one), 'faint', '  ')
      : causeTexts(one).flatMap((text) => lines(text, 'calm', '  '))),
  ])
  return [...head, ...blocks.flat()].join('\n')
}

function styleOf({kind, isOngoing}: AnomalyDays): TextStyle {
  if (kind === 'drop') return 'calm'
  return isOngoing ? 'bad' : 'warning'
}
