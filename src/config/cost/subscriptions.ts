import * as v from 'valibot'
import type {
  PriceKind,
  PriceRange,
  StatedTotal,
  Subscription,
  SubscriptionList,
} from '../../ports/cost-plan.js'
import {readCheckedYaml, type CheckedYaml} from '../checked-yaml.js'
import {amount, amountIn, currencyCode, gst, name, title} from './amounts.js'

const price = v.union(
  [amount, v.strictObject({from: amount, to: amount})],
  'expected an amount such as 2000, or {from: 400, to: 600}',
)

const priceKeys = ['monthly', 'yearly', 'perUse', 'oneTime', 'free', 'includedIn'] as const

const subscription = v.strictObject({
  name: title,
  section: name,
  group: title,
  purpose: title,
  monthly: v.optional(price),
  yearly: v.optional(price),
  perUse: v.optional(price),
  oneTime: v.optional(price),
  free: v.optional(v.literal(true, 'expected true')),
  includedIn: v.optional(title),
  gst: v.optional(gst),
  bill: v.optional(v.literal('aws', 'expected aws')),
  services: v.optional(v.array(title, 'expected a list of services')),
})

const statedTotal = v.strictObject({
  section: name,
  monthly: v.optional(price),
  oneTime: v.optional(price),
})

const subscriptionsFile = v.strictObject({
  currency: currencyCode,
  gst: v.optional(gst, 'excluded'),
  stated: v.optional(v.array(statedTotal, 'expected a list'), []),
  subscriptions: v.array(subscription, 'expected a list of subscriptions'),
})

type WrittenFile = Omit<CheckedYaml<v.InferOutput<typeof subscriptionsFile>>, 'whereOf'>
type WrittenItem = v.InferOutput<typeof subscription>
type WrittenPrice = v.InferOutput<typeof price>

/** Every subscription with the one price that it has; every mistake names its line. */
export function parseSubscriptions(file: string, text: string): SubscriptionList {
  const written = readCheckedYaml(file, text, subscriptionsFile)
  const {currency, subscriptions, stated} = written.value
  checkNames(written)
  return {
    file,
    currency,
    subscriptions: subscriptions.map((item, at) => asSubscription(item, at, written)),
    stated: stated.map((item, at) => asStated(item, at, written)),
  }
}

function checkNames({value, refuse}: WrittenFile): void {
  const taken = new Set<string>()
  for (const [at, {section, name: called}] of value.subscriptions.entries()) {
    const key = `${section} ${called.toLowerCase()}`
    if (taken.has(key)) {
      throw refuse(['subscriptions', at, 'name'], `${called} is in ${section} twice.`)
    }
    taken.add(key)
  }
}

function asSubscription(item: WrittenItem, at: number, written: WrittenFile): Subscription {
  const {value, refuse} = written
  const path = ['subscriptions', at]
  const given = priceKeys.filter((key) => item[key] !== undefined)
  const [key] = given
  if (key === undefined || given.length > 1) {
    const found = given.length === 0 ? 'none' : given.join(' and ')
    throw refuse(path, `${item.name} needs one of ${priceKeys.join(', ')}; it has ${found}.`)
  }
  const services = item.services ?? []
  if ((item.bill === undefined) !== (services.length === 0)) {
    throw refuse(path, `${item.name} needs both bill and services, or neither.`, [
      'bill: aws with services says which lines of the bill have it already.',
    ])
  }
  const amountOf = key === 'free' || key === 'includedIn' ? undefined : item[key]
  return {
    name: item.name,
    section: item.section,
    group: item.group,
    purpose: item.purpose,
    kind: kinds[key],
    price: amountOf === undefined ? undefined : rangeOf(amountOf, [...path, key], {value, refuse}),
    includedIn: item.includedIn,
    includesGst: (item.gst ?? value.gst) === 'included',
    billedAs: services,
  }
}

const kinds: Readonly<Record<(typeof priceKeys)[number], PriceKind>> = {
  monthly: 'monthly',
  yearly: 'yearly',
  perUse: 'perUse',
  oneTime: 'oneTime',
  free: 'free',
  includedIn: 'included',
}

function asStated(
  {section, monthly, oneTime}: v.InferOutput<typeof statedTotal>,
  at: number,
  written: WrittenFile,
): StatedTotal {
  const path = ['stated', at]
  const given = monthly ?? oneTime
  if (given === undefined || (monthly !== undefined && oneTime !== undefined)) {
    throw written.refuse(path, 'needs one of monthly, oneTime.')
  }
  const kind = monthly === undefined ? 'oneTime' : 'monthly'
  return {section, kind, price: rangeOf(given, [...path, kind], written)}
}

function rangeOf(
  written: WrittenPrice,
  path: readonly (string | number)[],
  {value: {currency}, refuse}: WrittenFile,
): PriceRange {
  if (typeof written === 'string') {
    const one = amountIn(currency, written)
    return {low: one, high: one}
  }
  const low = amountIn(currency, written.from)
  const high = amountIn(currency, written.to)
  if (low.minor <= high.minor) return {low, high}
  throw refuse(path, `from ${written.from} is more than to ${written.to}.`)
}
