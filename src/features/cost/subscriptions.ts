import type {PriceKind, PriceRange, Subscription, SubscriptionList} from '../../ports/cost-plan.js'
import type {MinorMoney} from '../../ports/money.js'
import {namesService} from './budgets.js'
import {splitByWeights} from './pico-parts.js'

/** A subscription as it falls into one month. */
export interface SubscriptionMonth {
  readonly name: string
  readonly section: string
  readonly group: string
  readonly purpose: string
  readonly kind: PriceKind
  /** This month's part; undefined for what is free, included or paid once. */
  readonly month: PriceRange | undefined
  /** The price as written, for its own period. */
  readonly price: PriceRange | undefined
  readonly includedIn: string | undefined
  readonly includesGst: boolean
  /** The bill at hand has it already: shown, not counted. */
  readonly isBilled: boolean
  readonly billedAs: readonly string[]
}

/** Sums of one month; each subscription is in one of them or in none. */
export interface SubscriptionTotals {
  /** Monthly prices and the month's part of yearly ones, without what the bill has. */
  readonly fixed: PriceRange
  /** Estimates of what is paid by use, without what the bill has; never part of `fixed`. */
  readonly perUse: PriceRange
  /** What the cloud's bill has already. */
  readonly billed: PriceRange
  readonly oneTime: PriceRange
  readonly freeCount: number
  readonly includedCount: number
}

/** A section's real monthly sum beside what the design says. */
export interface StatedComparison {
  readonly section: string
  readonly kind: 'monthly' | 'oneTime'
  readonly stated: PriceRange
  /** All of the section, the bill's and the estimates too. */
  readonly actual: PriceRange
  readonly isWithin: boolean
}

export interface SubscriptionSummary {
  readonly currency: string
  readonly items: readonly SubscriptionMonth[]
  readonly totals: SubscriptionTotals
  readonly stated: readonly StatedComparison[]
}

interface MonthOf {
  /** 1 to 12: which part of a year's price. */
  readonly month: number
  /** The services on the bill at hand; empty where there is no bill. */
  readonly billedServices: readonly string[]
}

/** Every subscription in one month. Nothing that is free, included or paid once is counted as money. */
export function summariseSubscriptions(
  list: SubscriptionList,
  {month, billedServices}: MonthOf,
): SubscriptionSummary {
  const items = list.subscriptions.map((one) => asMonth(one, month, billedServices))
  return {
    currency: list.currency,
    items,
    totals: totalsOf(items, list.currency),
    stated: list.stated.map(({section, kind, price}) => {
      const own = list.subscriptions.filter((one) => one.section === section)
      const actual =
        kind === 'monthly' ? averageMonth(own, list.currency) : onceIn(own, list.currency)
      const isWithin = actual.low.minor >= price.low.minor && actual.high.minor <= price.high.minor
      return {section, kind, stated: price, actual, isWithin}
    }),
  }
}

/** The part of a yearly price that falls into a month, 1 to 12; the twelve add up to the price. */
export function monthlyPart({minor, currency}: MinorMoney, month: number): MinorMoney {
  const parts = splitByWeights(
    minor,
    Array.from({length: 12}, () => 1),
  )
  return {minor: parts[month - 1] ?? 0, currency}
}

function asMonth(
  one: Subscription,
  month: number,
  billedServices: readonly string[],
): SubscriptionMonth {
  const isBilled = one.billedAs.some((pattern) =>
    billedServices.some((service) => namesService(pattern, service)),
  )
  const {name, section, group, purpose, kind, price, includedIn, includesGst, billedAs} = one
  return {
    name,
    section,
    group,
    purpose,
    kind,
    month: price === undefined ? undefined : monthOf(kind, price, month),
    price,
    includedIn,
    includesGst,
    isBilled,
    billedAs,
  }
}

function monthOf(kind: PriceKind, price: PriceRange, month: number): PriceRange | undefined {
  if (kind === 'yearly') {
    return {low: monthlyPart(price.low, month), high: monthlyPart(price.high, month)}
  }
  return kind === 'monthly' || kind === 'perUse' ? price : undefined
}

function totalsOf(items: readonly SubscriptionMonth[], currency: string): SubscriptionTotals {
  const own = items.filter(({isBilled}) => !isBilled)
  const months = (some: readonly SubscriptionMonth[]) =>
    sumRanges(
      some.map(({month}) => month),
      currency,
    )
  return {
    fixed: months(own.filter(({kind}) => kind === 'monthly' || kind === 'yearly')),
    perUse: months(own.filter(({kind}) => kind === 'perUse')),
    billed: months(items.filter(({isBilled}) => isBilled)),
    oneTime: sumRanges(
      own.filter(({kind}) => kind === 'oneTime').map(({price}) => price),
      currency,
    ),
    freeCount: items.filter(({kind}) => kind === 'free').length,
    includedCount: items.filter(({kind}) => kind === 'included').length,
  }
}

/** What a section costs in the mean of twelve months, rounded down to the smallest unit. */
function averageMonth(own: readonly Subscription[], currency: string): PriceRange {
  const yearly = own.filter(({kind}) => kind === 'yearly').map(({price}) => price)
  const monthly = own
    .filter(({kind}) => kind === 'monthly' || kind === 'perUse')
    .map(({price}) => price)
  const year = sumRanges(yearly, currency)
  const part = {
    low: {minor: Math.floor(year.low.minor / 12), currency},
    high: {minor: Math.floor(year.high.minor / 12), currency},
  }
  return sumRanges([...monthly, part], currency)
}

/** What is paid at once: what is bought, and a first year of what is paid by the year. */
function onceIn(own: readonly Subscription[], currency: string): PriceRange {
  const paid = own.filter(({kind}) => kind === 'oneTime' || kind === 'yearly')
  return sumRanges(
    paid.map(({price}) => price),
    currency,
  )
}

function sumRanges(ranges: readonly (PriceRange | undefined)[], currency: string): PriceRange {
  const sum = (pick: (range: PriceRange) => number) =>
    ranges.reduce((all, range) => all + (range === undefined ? 0 : pick(range)), 0)
  return {
    low: {minor: sum(({low}) => low.minor), currency},
    high: {minor: sum(({high}) => high.minor), currency},
  }
}
