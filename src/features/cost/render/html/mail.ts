import {moneyText} from '../../../../ports/money.js'
import type {CostReport} from '../../report/cost-report.js'
import {
  ageText,
  anomalySentence,
  budgetBasis,
  budgetSentence,
  causeTexts,
  changeSentences,
  differenceText,
  monthTitle,
  percentChange,
  shortMonth,
  type Tone,
} from '../wording.js'
import {escaped} from './markup.js'

/** Mail programs keep little more than tables and styles on the elements themselves. */
const colours: Readonly<Record<Tone, string>> = {
  calm: '#566070',
  good: '#0b7a4b',
  warning: '#8a5300',
  bad: '#b3261e',
}
const font = 'font-family:system-ui,-apple-system,Segoe UI,Roboto,sans-serif'
const cell = `${font};font-size:14px;padding:5px 8px 5px 0;border-bottom:1px solid #e1e5ea`
const right = `${cell};text-align:right;white-space:nowrap`

/** The report in short, for the body of a mail; the page with pictures is attached to it. */
export function mailHtml(report: CostReport): string {
  return [
    `<div style="${font};font-size:15px;line-height:1.5;color:#161a20;max-width:640px">`,
    oldData(report),
    head(report),
    meter(report),
    anomalies(report),
    changes(report),
    services(report),
    '<p style="color:#566070;font-size:13px">The whole report with its pictures is attached.</p></div>',
  ].join('')
}

function oldData({source}: CostReport): string {
  if (source.degraded === null) return ''
  return `<p style="color:${colours.bad}"><b>${ageText(source.ageHours)}:</b> ${escaped(source.degraded.message)}</p>`
}

function head(report: CostReport): string {
  const {budget, forecast} = report
  const {text, tone} = budgetSentence(report)
  const ahead =
    forecast === null
      ? ''
      : `<br>Month end: <b>${moneyText(forecast.expected)}</b> (${moneyText(forecast.low)} to ${moneyText(forecast.high)})`
  return (
    `<p style="color:#566070;margin:0">Cloud costs, ${monthTitle(report.month)}</p>` +
    `<p style="font-size:26px;font-weight:700;margin:0">${moneyText(budget.spent)} <span style="font-size:15px;font-weight:400;color:#566070">of ${moneyText(budget.budget)}</span></p>` +
    `<p style="margin:4px 0 12px"><b style="color:${colours[tone]}">${text}</b>, ${budget.usedPercent} % used on day ${report.daysElapsed} of ${report.daysInMonth}${ahead}` +
    `<br><span style="color:#566070;font-size:13px">Counted: ${budgetBasis(report)}.</span></p>`
  )
}

/** Three cells of a table: spent, still expected, left. */
function meter(report: CostReport): string {
  const {budget, forecast} = report
  const whole = Math.max(budget.budget.minor, forecast?.expected.minor ?? 0, budget.spent.minor, 1)
  const share = (minor: number) => Math.round((Math.max(0, minor) / whole) * 100)
  const spent = share(budget.spent.minor)
  const ahead = Math.max(0, share(forecast?.expected.minor ?? 0) - spent)
  const part = (percent: number, colour: string) =>
    percent === 0
      ? ''
      : `<td width="${percent}%" style="background:${colour};height:12px;font-size:0">&nbsp;</td>`
  const cells = [
    part(spent, colours[budgetSentence(report).tone]),
    part(ahead, '#c9d8f7'),
    part(100 - spent - ahead, '#e7eaef'),
  ]
  return `<table role="presentation" width="100%" cellspacing="0" cellpadding="0" style="margin-bottom:16px"><tr>${cells.join('')}</tr></table>`
}

function anomalies({anomalies: found}: CostReport): string {
  if (found.length === 0) return ''
  const items = found.map((one) => {
    const causes = causeTexts(one).map((text) => `<br>Cause: <code>${escaped(text)}</code>`)
    return `<li>${escaped(anomalySentence(one))}${causes.join('')}</li>`
  })
  return `<p style="margin:0"><b>Anomalies</b></p><ul style="margin:4px 0 16px;padding-left:20px">${items.join('')}</ul>`
}

function changes({changes: since}: CostReport): string {
  if (since === null) return ''
  const items = changeSentences(since).map(({text}) => `<li>${escaped(text)}</li>`)
  return `<p style="margin:0"><b>Since the report of ${since.since.at.slice(0, 10)}</b></p><ul style="margin:4px 0 16px;padding-left:20px">${items.join('')}</ul>`
}

const mostServices = 8

function services({services: all, charges, lastMonth}: CostReport): string {
  const rows = all
    .slice(0, mostServices)
    .map(
      ({service, amount, before, delta}) =>
        `<tr><td style="${cell}">${escaped(service)}</td><td style="${right}">${moneyText(amount)}</td><td style="${right};color:#566070">${differenceText(delta)} ${percentChange(amount, before)}</td></tr>`,
    )
  return (
    `<table role="presentation" width="100%" cellspacing="0" cellpadding="0"><tr><td style="${cell};color:#566070">Service</td><td style="${right};color:#566070">so far</td><td style="${right};color:#566070">to ${shortMonth(lastMonth.month)}, same days</td></tr>` +
    `${rows.join('')}<tr><td style="${cell}"><b>All charges</b></td><td style="${right}"><b>${moneyText(charges)}</b></td><td style="${right}"></td></tr></table>`
  )
}
