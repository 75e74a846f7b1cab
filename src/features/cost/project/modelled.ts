import type {CostDrivers, CostPlan, DrivenItem} from '../../../ports/cost-plan.js'
import {dividedHalfEven} from '../pico-parts.js'
import {quantitiesFor, type Quantities} from './quantities.js'

const million = 1_000_000n

/**
 * What each service costs in a month with so many users, in 10^-12 of the drivers' currency: units to a
 * millionth, times the price, exactly. Services that the phase does not have yet are left out.
 */
export function modelledMonth(
  {users, phase}: {readonly users: number; readonly phase: string},
  {drivers, plan}: {readonly drivers: CostDrivers; readonly plan: CostPlan},
): ReadonlyMap<string, bigint> {
  const order = plan.phases.map(({name}) => name)
  const now = order.indexOf(phase)
  const quantities = quantitiesFor(users, drivers.usage)
  const regions = drivers.regions.get(phase) ?? 1
  const present = drivers.services.filter(
    ({from}) => from === undefined || order.indexOf(from) <= now,
  )
  return new Map(
    present.map(({service, items}) => [
      service,
      items.reduce((all, item) => all + itemCost(item, quantities, regions), 0n),
    ]),
  )
}

function itemCost(
  {of, per, price, eachRegion}: DrivenItem,
  quantities: Quantities,
  regions: number,
): bigint {
  const units = BigInt(Math.round(quantities[of] * per * Number(million)))
  return dividedHalfEven(units * price.pico * BigInt(eachRegion ? regions : 1), million)
}
