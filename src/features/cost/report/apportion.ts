import {toMinor} from '../../../ports/money.js'

const one = 10n ** 12n

/**
 * Whole minor units for exact parts, so that what is shown adds up to the total shown: each part is
 * rounded down, and what is then missing goes to the parts that lost most. No part is off by a whole
 * unit where `total` is the rounded sum; it may also be a sum that was itself apportioned.
 */
export function apportion(
  parts: readonly bigint[],
  currency: string,
  total = toMinor({currency, pico: sumOf(parts)}),
): readonly number[] {
  const unit = one / 10n ** BigInt(digitsOf(currency))
  const floors = parts.map((part) => floorDivided(part, unit))
  const rests = parts.map((part, at) => part - (floors[at] ?? 0n) * unit)
  const missing = Number(BigInt(total) - sumOf(floors))
  if (parts.length === 0) {
    if (total === 0) return []
    throw new Error(`${total} is no sum of nothing`)
  }
  // A total that was itself rounded in several rows may be further off than a unit for each part.
  const forEach = Math.floor(missing / parts.length)
  // The larger rest first; of equal ones the earlier, so that the same bill always reads the same.
  const order = rests.map((_, at) => at).toSorted((a, b) => compare(rests[b], rests[a]) || a - b)
  const raised = new Set(order.slice(0, missing - forEach * parts.length))
  return floors.map((floor, at) => Number(floor) + forEach + (raised.has(at) ? 1 : 0))
}

export function sumOf(parts: readonly bigint[]): bigint {
  let sum = 0n
  for (const part of parts) sum += part
  return sum
}

function digitsOf(currency: string): number {
  const worth = toMinor({currency, pico: one})
  return Math.round(Math.log10(worth))
}

function floorDivided(value: bigint, unit: bigint): bigint {
  const quotient = value / unit
  return value % unit < 0n ? quotient - 1n : quotient
}

function compare(a = 0n, b = 0n): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
