import type {MinorMoney} from '../../../ports/money.js'
import type {CostReport} from '../report/cost-report.js'
import {csvLine, decimalOf} from './csv.js'
import {causeTexts} from './wording.js'

const head = ['section', 'item', 'detail', 'amount', 'compared_with', 'difference', 'currency']

/**
 * The report as one table for a spreadsheet: a section in the first column, amounts as plain decimals.
 * Within a section the amounts add up to the one of its total.
 */
export function reportCsv(report: CostReport): string {
  const rows = [
    ...billRows(report),
    ...budgetRows(report),
    ...dayRows(report),
    ...otherRows(report),
  ]
  return `${[head, ...rows].map(csvLine).join('\n')}\n`
}

type Row = readonly string[]

function row(
  section: string,
  item: string,
  amount: MinorMoney,
  {detail = '', than}: {readonly detail?: string; readonly than?: MinorMoney} = {},
): Row {
  const {currency} = amount
  const difference =
    than === undefined ? '' : decimalOf({minor: amount.minor - than.minor, currency})
  const compared = than === undefined ? '' : decimalOf(than)
  return [section, item, detail, decimalOf(amount), compared, difference, currency]
}

function billRows({
  breakdown,
  services,
  total,
  charges,
  lastMonth,
  month,
}: CostReport): readonly Row[] {
  return [
    ...breakdown.map(({title, amount, kind}) => row('bill', title, amount, {detail: kind})),
    row('bill total', month, total),
    ...services.map((one) =>
      row('service', one.service, one.amount, {detail: one.category, than: one.before}),
    ),
    row('service total', month, charges, {than: lastMonth.sameDays}),
  ]
}

function budgetRows({budget, forecast}: CostReport): readonly Row[] {
  return [
    ...budget.categories.map((one) =>
      row('category', one.title, one.spent, {detail: one.name, than: one.budget}),
    ),
    row('category total', budget.title, budget.spent, {detail: budget.state, than: budget.budget}),
    ...(forecast === null
      ? []
      : [
          row('forecast', 'expected', forecast.expected, {than: budget.budget}),
          row('forecast', 'low', forecast.low, {than: budget.budget}),
          row('forecast', 'high', forecast.high, {than: budget.budget}),
          row('forecast', 'run rate a day', forecast.runRatePerDay),
        ]),
  ]
}

function dayRows({daily, currency, month, total}: CostReport): readonly Row[] {
  return [
    ...daily.days.flatMap(({day, amounts}) =>
      amounts.flatMap((minor, at) =>
        minor === 0 ? [] : [row('day', day, {minor, currency}, {detail: daily.series[at] ?? ''})],
      ),
    ),
    row('day total', month, total),
  ]
}

function otherRows({anomalies, subscriptions, outlook}: CostReport): readonly Row[] {
  return [
    ...anomalies.map((one) =>
      row('anomaly', one.service, one.actual, {
        detail: [`${one.firstDay} to ${one.lastDay}`, ...causeTexts(one)].join('; '),
        than: one.expected,
      }),
    ),
    ...subscriptions.items.flatMap(({name, kind, month, isBilled}) =>
      month === undefined
        ? []
        : [
            row('subscription', name, month.high, {
              detail: isBilled ? `${kind}, on the bill` : kind,
            }),
          ],
    ),
    ...outlook.rows.map(({title, expected}) => row('whole month', title, expected)),
    row('whole month total', outlook.total.title, outlook.total.expected),
  ]
}
