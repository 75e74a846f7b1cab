import {moneyText} from '../../../ports/money.js'
import type {Notice} from '../../../ports/notifier.js'
import type {CostReport} from '../report/cost-report.js'
import {mailHtml} from './html/mail.js'
import {htmlReport} from './html/page.js'
import {
  ageText,
  anomalySentence,
  budgetSentence,
  causeTexts,
  changeSentences,
  differenceText,
  monthTitle,
  percentChange,
  shortDay,
} from './wording.js'

const mostServices = 5

/**
 * A report as news: the same id all day, so that it goes out once. One of old data has an id of its
 * own: when the data come after all, that report goes out too.
 */
export function reportNotice(report: CostReport): Notice {
  const {budget, source, generatedAt, asOf} = report
  const state = budgetSentence(report)
  const age = source.degraded === null ? '' : `, ${ageText(source.ageHours)}`
  return {
    id: noticeId(report),
    title: `Cloud costs to ${shortDay(asOf)}${age}: ${moneyText(budget.spent)} of ${moneyText(budget.budget)}, ${state.text}`,
    text: noticeText(report),
    html: mailHtml(report),
    attachment: {
      name: `cloud-costs-${generatedAt.slice(0, 10)}.html`,
      type: 'text/html; charset=utf-8',
      content: htmlReport(report),
    },
    severity: severityOf(report),
  }
}

function noticeId({generatedAt, source, month}: CostReport): string {
  const words = source.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const old = source.degraded === null ? '' : '-old'
  return `cost-report-${generatedAt.slice(0, 10)}-of-${month}-${words}${old}`
}

function severityOf({budget, anomalies, source}: CostReport): Notice['severity'] {
  if (budget.state === 'over') return 'critical'
  const isCalm = budget.state === 'within' && source.degraded === null
  return isCalm && !anomalies.some(({isNew}) => isNew) ? 'info' : 'warning'
}

/** What fits on a phone: where it stands, where it goes, what is odd, what is different. */
export function noticeText(report: CostReport): string {
  const {budget, forecast, anomalies, changes, services, source, outlook} = report
  const parts: (readonly string[])[] = [
    source.degraded === null ? [] : [source.degraded.message],
    [
      `${monthTitle(report.month)}, day ${report.daysElapsed} of ${report.daysInMonth}: ${moneyText(budget.spent)} of ${moneyText(budget.budget)} (${budget.usedPercent} %), ${budgetSentence(report).text}.`,
      ...(forecast === null
        ? []
        : [
            `Month end: ${moneyText(forecast.expected)} (${moneyText(forecast.low)} to ${moneyText(forecast.high)}); ${moneyText(forecast.runRatePerDay)} a day.`,
          ]),
      `With subscriptions and GST: ${moneyText(outlook.total.expected)}.`,
    ],
    anomalies.flatMap((one) => [
      `${one.isNew ? 'New anomaly' : 'Anomaly'}: ${anomalySentence(one)}`,
      ...causeTexts(one).map((text) => `  cause: ${text}`),
    ]),
    changes === null
      ? []
      : [
          `Since ${changes.since.at.slice(0, 10)}:`,
          ...changeSentences(changes).map(({text}) => `  ${text}`),
        ],
    services.slice(0, mostServices).map(({service, amount, before, delta}) => {
      const change = [differenceText(delta), percentChange(amount, before)].join(' ').trimEnd()
      return `${service}: ${moneyText(amount)} (${change})`
    }),
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}
