import type {Money, MinorMoney} from '../../../ports/money.js'
import {toMinor} from '../../../ports/money.js'
import type {PriceRange} from '../../../ports/cost-plan.js'
import type {SubscriptionMonth, SubscriptionSummary} from '../subscriptions.js'
import {withGst} from '../tax.js'
import type {Outlook, OutlookRow} from './cost-report.js'

interface Range {
  readonly low: number
  readonly expected: number
  readonly high: number
}

interface OutlookOf {
  readonly currency: string
  /** Charges and refunds of the whole month, before tax. */
  readonly cloud: Range
  /** Zero or less: what is on the bill so far. */
  readonly credits: number
  readonly gstPercent: number
  readonly subscriptions: SubscriptionSummary
}

/** What the month comes to with everything: the bill, the subscriptions, the tax on both. */
export function outlook({currency, cloud, credits, gstPercent, subscriptions}: OutlookOf): Outlook {
  const own = subscriptions.items.filter(({isBilled}) => !isBilled)
  const fixed = sumRange(own.filter(({kind}) => kind === 'monthly' || kind === 'yearly'))
  const perUse = sumRange(own.filter(({kind}) => kind === 'perUse'))
  const net = mapRange(cloud, (value) => value + credits)
  const tax = (minor: number) => gstOn(minor, {currency, percent: gstPercent})
  const gst = mapRange(net, tax)
  const untaxed = own.filter(({includesGst}) => !includesGst)
  const gstOfOthers = mapRange(sumRange(untaxed), tax)
  const rows = [
    row('Cloud, whole month', cloud, currency),
    row('Credits so far', even(credits), currency),
    row('Subscriptions', fixed, currency),
    row('Paid by use, estimated', perUse, currency),
    row(`GST ${gstPercent} % on the cloud`, gst, currency),
    row(`GST ${gstPercent} % on subscriptions`, gstOfOthers, currency),
  ].filter(({expected, high}) => expected.minor !== 0 || high.minor !== 0)
  const sum = (pick: (one: OutlookRow) => MinorMoney) =>
    rows.reduce((all, one) => all + pick(one).minor, 0)
  const total = {
    low: sum(({low}) => low),
    expected: sum(({expected}) => expected),
    high: sum(({high}) => high),
  }
  return {rows, total: row('All in all', total, currency)}
}

/** The tax on an amount without it, in minor units. */
export function gstOn(
  minor: number,
  {currency, percent}: {readonly currency: string; readonly percent: number},
): number {
  // Credits may be worth more than the month; nobody pays tax back for that.
  if (minor <= 0) return 0
  return toMinor(withGst(exactly(minor, currency), percent)) - minor
}

function exactly(minor: number, currency: string): Money {
  const unit = 10n ** 12n / BigInt(toMinor({currency, pico: 10n ** 12n}))
  return {currency, pico: BigInt(minor) * unit}
}

function sumRange(items: readonly SubscriptionMonth[]): Range {
  const months = items.flatMap(({month}) => (month === undefined ? [] : [month]))
  const sum = (pick: (range: PriceRange) => number) =>
    months.reduce((all, range) => all + pick(range), 0)
  return {
    low: sum(({low}) => low.minor),
    expected: sum(({low, high}) => Math.round((low.minor + high.minor) / 2)),
    high: sum(({high}) => high.minor),
  }
}

function row(title: string, {low, expected, high}: Range, currency: string): OutlookRow {
  const money = (minor: number): MinorMoney => ({minor, currency})
  return {title, low: money(low), expected: money(expected), high: money(high)}
}

function even(value: number): Range {
  return {low: value, expected: value, high: value}
}

function mapRange({low, expected, high}: Range, act: (value: number) => number): Range {
  return {low: act(low), expected: act(expected), high: act(high)}
}
