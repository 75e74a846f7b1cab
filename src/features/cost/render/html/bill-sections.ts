import {moneyText, type MinorMoney} from '../../../../ports/money.js'
import type {CostReport, ServiceRow} from '../../report/cost-report.js'
import {differenceText, openDaysText, percentChange, shortDay, shortMonth} from '../wording.js'
import {cumulativeChart} from './cumulative-chart.js'
import {escaped, forBothWidths} from './markup.js'
import {categoryBar, sparkLine} from './small-charts.js'
import {chartSeries, colourOf, stackedChart} from './stacked-chart.js'

/** The two large charts, with a table of the same numbers for whoever cannot see them. */
export function chartSections(report: CostReport): string {
  const open = openDaysText(report)
  const note = open === undefined ? '' : `<p class="soft small">Lighter: ${open}.</p>`
  return (
    `<section class="card"><h2>Month to date</h2>${cumulativeLegend(report)}` +
    `${forBothWidths('sum', (id, width) => cumulativeChart(report, id, width))}</section>` +
    `<section class="card"><h2>Day by day, by service</h2>${stackedLegend(report)}` +
    `${forBothWidths('days', (id, width) => stackedChart(report, id, width))}${note}${dayTable(report)}</section>`
  )
}

function cumulativeLegend({forecast, lastMonth}: CostReport): string {
  const stroke = (name: string, shape: string) =>
    `<li><svg viewBox="0 0 10 10" aria-hidden="true">${shape}</svg>${name}</li>`
  return [
    '<ul class="legend">',
    stroke('This month', '<path class="now" d="M0,5H10"/>'),
    forecast === null
      ? ''
      : stroke(
          `Forecast, ${Math.round(forecast.level * 100)} % likely`,
          '<rect class="band" width="10" height="10"/>',
        ),
    stroke(shortMonth(lastMonth.month), '<path class="before" d="M0,5H10"/>'),
    '</ul>',
  ].join('')
}

function stackedLegend(report: CostReport): string {
  const items = chartSeries(report).map(
    ({name}, place) =>
      `<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="s${colourOf(name, place)}" width="10" height="10" rx="2"/></svg>${escaped(name)}</li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

function dayTable({daily, currency}: CostReport): string {
  const amount = (minor: number) => `<td>${moneyText({minor, currency})}</td>`
  const head = ['Day', ...daily.series.map(escaped), 'Total']
  const rows = daily.days.map(
    ({day, amounts, total}) =>
      `<tr><th scope="row">${shortDay(day)}</th>${amounts.map(amount).join('')}${amount(total)}</tr>`,
  )
  return (
    `<details><summary>The days as a table</summary><div class="scroll"><table><thead><tr>` +
    `${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>` +
    `<tbody>${rows.join('')}</tbody></table></div></details>`
  )
}

const mostServices = 14

/** Services, then what makes charges into the bill; every column adds up. */
export function serviceSection(report: CostReport): string {
  const {services, breakdown, charges, lastMonth, total, currency} = report
  const named = services.length === mostServices + 1 ? services : services.slice(0, mostServices)
  const rest = services.slice(named.length)
  const sum = (pick: (row: ServiceRow) => MinorMoney): MinorMoney => ({
    minor: rest.reduce((all, row) => all + pick(row).minor, 0),
    currency,
  })
  const others: ServiceRow = {
    service: `${rest.length} others`,
    category: '',
    amount: sum(({amount}) => amount),
    before: sum(({before}) => before),
    delta: sum(({delta}) => delta),
    days: [],
  }
  const rows = [...named, ...(rest.length === 0 ? [] : [others])]
  const reductions = breakdown.filter(({kind}) => ['refund', 'credit', 'tax'].includes(kind))
  const all = {service: 'Charges', amount: charges, before: lastMonth.sameDays}
  return (
    `<section class="card"><h2>Services</h2><div class="scroll"><table><thead><tr>` +
    `<th scope="col">Service</th><th scope="col" class="hide">Days</th><th scope="col">So far</th>` +
    `<th scope="col" class="hide">${shortMonth(lastMonth.month)}, same days</th><th scope="col">Change</th></tr></thead>` +
    `<tbody>${rows.map(serviceRow).join('')}</tbody><tfoot>${sumRow(all, true)}` +
    reductions.map(({title, amount}) => plainRow(title, amount, false)).join('') +
    `${plainRow('Total on the bill', total, true)}</tfoot></table></div></section>`
  )
}

function serviceRow(row: ServiceRow): string {
  const name = escaped(row.service)
  const days = row.days.length === 0 ? '' : sparkLine(row.days, `Days of ${name}`)
  return (
    `<tr><th scope="row">${name}</th><td class="hide">${days}</td>` +
    `<td>${moneyText(row.amount)}</td><td class="hide soft">${moneyText(row.before)}</td>${changeCell(row)}</tr>`
  )
}

function changeCell({amount, before}: Pick<ServiceRow, 'amount' | 'before'>): string {
  const delta = {minor: amount.minor - before.minor, currency: amount.currency}
  const percent = percentChange(amount, before)
  const isLarge = Math.abs(delta.minor) > Math.abs(before.minor) * 0.2
  const tone = !isLarge || delta.minor === 0 ? 'soft' : delta.minor > 0 ? 'up' : 'down'
  return `<td class="${tone}">${differenceText(delta)} <span class="small">${percent}</span></td>`
}

function sumRow(row: Pick<ServiceRow, 'service' | 'amount' | 'before'>, isSum: boolean): string {
  return (
    `<tr${isSum ? ' class="sum"' : ''}><th scope="row">${row.service}</th><td class="hide"></td>` +
    `<td>${moneyText(row.amount)}</td><td class="hide">${moneyText(row.before)}</td>${changeCell(row)}</tr>`
  )
}

function plainRow(title: string, amount: MinorMoney, isSum: boolean): string {
  return (
    `<tr${isSum ? ' class="sum"' : ''}><th scope="row">${title}</th><td class="hide"></td>` +
    `<td>${moneyText(amount)}</td><td class="hide"></td><td></td></tr>`
  )
}

export function categorySection({budget}: CostReport): string {
  const rows = budget.categories.map((one) => {
    const isOver = (one.usedPercent ?? 0) > 100
    const used = one.usedPercent === null ? 'no share' : `${one.usedPercent} %`
    const limit = one.budget.minor === 0 ? '' : ` of ${moneyText(one.budget)}`
    return (
      `<li><div class="top"><span>${escaped(one.title)}</span>` +
      `<span>${moneyText(one.spent)}<span class="soft small">${limit}</span> ` +
      `<b class="${isOver ? 'up' : 'soft'}">${used}</b></span></div>${categoryBar(one)}</li>`
    )
  })
  return `<section class="card"><h2>Budget by category</h2><ul class="categories">${rows.join('')}</ul></section>`
}
