import * as v from 'valibot'
import {costQuantities, type CostDrivers, type CostPlan} from '../../ports/cost-plan.js'
import {parseMoney} from '../../ports/money.js'
import {didYouMean, readCheckedYaml} from '../checked-yaml.js'
import {calendarDay, currencyCode, name, title, wholeCount} from './amounts.js'

const aboveZero = v.pipe(
  v.number('expected a number'),
  v.check((value) => value > 0 && value <= 1e9, 'expected more than 0, a billion at most'),
)

const expectedPrice = 'expected a price of one unit such as 0.04257'

const unitPrice = v.pipe(
  v.union([v.number(), v.string()], expectedPrice),
  v.transform(String),
  v.regex(/^\d{1,6}(\.\d{1,9})?$/, expectedPrice),
)

const item = v.strictObject({
  of: v.picklist(costQuantities, `expected one of ${costQuantities.join(', ')}`),
  per: v.optional(aboveZero, 1),
  price: unitPrice,
  unit: title,
  eachRegion: v.optional(v.boolean('expected true or false'), false),
})

const service = v.strictObject({
  service: title,
  from: v.optional(name),
  items: v.pipe(v.array(item, 'expected a list of items'), v.minLength(1, 'expected an item')),
})

const driversFile = v.strictObject({
  currency: currencyCode,
  pricesOf: calendarDay,
  regions: v.optional(v.record(v.string(), wholeCount), {}),
  usage: v.strictObject({
    requestsPerUser: aboveZero,
    peakFactor: aboveZero,
    requestsPerTaskSecond: aboveZero,
    leastTasks: wholeCount,
    taskVcpu: aboveZero,
    taskMemoryGb: aboveZero,
    requestsPerAcuSecond: aboveZero,
    leastAcus: aboveZero,
    databaseMbPerUser: aboveZero,
    storageMbPerUser: aboveZero,
    transferKbPerRequest: aboveZero,
    logKbPerRequest: aboveZero,
    cacheMbPerUser: aboveZero,
    leastCacheGb: aboveZero,
    requestsPerTrace: aboveZero,
    textsPerUser: aboveZero,
  }),
  services: v.pipe(
    v.array(service, 'expected a list of services'),
    v.minLength(1, 'expected a service'),
  ),
})

/** What drives cost; phases are those of the plan. Every mistake names its line. */
export function parseCostDrivers(file: string, text: string, plan: CostPlan): CostDrivers {
  const {value, refuse} = readCheckedYaml(file, text, driversFile)
  const phases = plan.phases.map((phase) => phase.name)
  const unknownPhase = (path: readonly (string | number)[], called: string) =>
    refuse(path, `there is no phase ${JSON.stringify(called)}.`, didYouMean(called, phases))
  for (const called of Object.keys(value.regions)) {
    if (!phases.includes(called)) throw unknownPhase(['regions', called], called)
  }
  const taken = new Set<string>()
  for (const [at, {service: called, from}] of value.services.entries()) {
    if (taken.has(called)) {
      throw refuse(['services', at, 'service'], `there are two of ${JSON.stringify(called)}.`)
    }
    taken.add(called)
    if (from !== undefined && !phases.includes(from)) {
      throw unknownPhase(['services', at, 'from'], from)
    }
  }
  return {
    file,
    currency: value.currency,
    pricesOf: value.pricesOf,
    usage: value.usage,
    regions: new Map(Object.entries(value.regions)),
    services: value.services.map((one) => ({
      service: one.service,
      from: one.from,
      items: one.items.map((part) => ({...part, price: parseMoney(part.price, value.currency)})),
    })),
  }
}
