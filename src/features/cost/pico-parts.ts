/** `a / b` of whole numbers, half-even; `b` above zero. */
export function dividedHalfEven(a: bigint, b: bigint): bigint {
  const quotient = a / b
  const rest = a < 0n ? -(a % b) : a % b
  const isUp = 2n * rest > b || (2n * rest === b && quotient % 2n !== 0n)
  if (!isUp) return quotient
  return a < 0n ? quotient - 1n : quotient + 1n
}

/** A whole number divided by weights so that the parts add up to it; the largest remainders win. */
export function splitByWeights(whole: number, weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  if (sum <= 0) return weights.map(() => 0)
  const exact = weights.map((weight) => (whole * weight) / sum)
  const parts = exact.map(Math.floor)
  const missing = whole - parts.reduce((all, part) => all + part, 0)
  const byRemainder = exact
    .map((value, at) => ({at, remainder: value - Math.floor(value)}))
    .toSorted((a, b) => b.remainder - a.remainder || a.at - b.at)
  const lucky = new Set(byRemainder.slice(0, missing).map(({at}) => at))
  return parts.map((part, at) => (lucky.has(at) ? part + 1 : part))
}
