import {moneyText} from '../../../../ports/money.js'
import type {CostReport} from '../../report/cost-report.js'
import {
  ageText,
  budgetBasis,
  budgetSentence,
  levelText,
  monthTitle,
  percentChange,
  shortDay,
  shortMonth,
  spentText,
} from '../wording.js'
import {categorySection, chartSections, serviceSection} from './bill-sections.js'
import {escaped, forBothWidths} from './markup.js'
import {
  anomalySection,
  changeSection,
  outlookSection,
  subscriptionSection,
  tile,
} from './more-sections.js'
import {budgetGauge} from './small-charts.js'
import {pageStyle} from './style.js'

/** The whole report as one file: no script, nothing from elsewhere, for a browser or a printer. */
export function htmlReport(report: CostReport): string {
  const title = `Cloud costs, ${monthTitle(report.month)}`
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title><style>${pageStyle}</style></head><body><main>`,
    degradedSection(report),
    headSection(report, title),
    tiles(report),
    chartSections(report),
    `<div class="two">${anomalySection(report)}${changeSection(report)}</div>`,
    serviceSection(report),
    `<div class="two">${categorySection(report)}${outlookSection(report)}</div>`,
    subscriptionSection(report),
    footer(report),
    '</main></body></html>\n',
  ].join('')
}

function degradedSection({source}: CostReport): string {
  if (source.degraded === null) return ''
  const {message, hints} = source.degraded
  return (
    `<section class="card pin bad" role="alert"><p><strong>The data are ${ageText(source.ageHours)}.</strong></p>` +
    `<p>${escaped(message)}</p>${hints.map((hint) => `<p class="soft">${escaped(hint)}</p>`).join('')}</section>`
  )
}

function headSection(report: CostReport, title: string): string {
  const {budget, daysElapsed, daysInMonth} = report
  const {text, tone} = budgetSentence(report)
  const users = new Intl.NumberFormat('en-IN').format(budget.users)
  return (
    `<header class="card"><div class="top"><h1>${title}</h1><span class="soft">${escaped(budget.title)} phase, ${users} users</span></div>` +
    `<p class="big">${moneyText(budget.spent)} <small>of ${moneyText(budget.budget)}</small></p>` +
    `<p><span class="state ${tone}">${text.slice(0, 1).toUpperCase()}${text.slice(1)}</span> ` +
    `<span class="soft">${budget.usedPercent} % used on day ${daysElapsed} of ${daysInMonth}</span></p>` +
    `${forBothWidths('gauge', (id, width) => budgetGauge(report, id, width))}` +
    `<p class="soft small">Counted against the budget: ${budgetBasis(report)}.</p></header>`
  )
}

function tiles(report: CostReport): string {
  const {forecast, charges, lastMonth, outlook, budget, total} = report
  const change = percentChange(charges, lastMonth.sameDays)
  const than = `${change === '' ? 'no change' : change} on the same days of ${shortMonth(lastMonth.month)}`
  return [
    '<div class="tiles">',
    forecast === null
      ? tile('Bill of the month', total, 'with tax, after credits')
      : tile(
          'Expected at month end',
          forecast.expected,
          `${budget.forecastPercent ?? 0} % of the budget; ${moneyText(forecast.low)} to ${moneyText(forecast.high)}, ${levelText(forecast.level)}`,
        ),
    forecast === null
      ? ''
      : tile('Run rate a day', forecast.runRatePerDay, `learnt from ${forecast.basisDays} days`),
    tile('Charges so far', charges, than),
    tile('All in all this month', outlook.total.expected, 'with subscriptions and GST'),
    '</div>',
  ].join('')
}

function footer(report: CostReport): string {
  const {source, conversion, gst, warnings} = report
  const lines = [
    ...warnings,
    `${source.name}, ${ageText(source.ageHours)}; up to ${shortDay(report.asOf)}.`,
    conversion === null
      ? undefined
      : `${conversion.text}. Before conversion the bill so far is ${moneyText(conversion.original)}.`,
    gst.billed === null
      ? `No tax is on the bill yet; GST ${gst.percent} % of it would be ${moneyText(gst.computed)}.`
      : undefined,
    `Days are those of the bill: ${report.period}.`,
    `Made ${report.generatedAt.slice(0, 16).replace('T', ' ')} UTC. This report cost ${spentText(report)}.`,
  ]
  return `<footer>${lines.flatMap((line) => (line === undefined ? [] : [`<p>${escaped(line)}</p>`])).join('')}</footer>`
}
