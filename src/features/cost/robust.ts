/** The middle of some numbers; NaN for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Between the two nearest, as most tools do it (type 7); NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = sortedCopy(values)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

/** By insertion where there are few: medians of eight weeks are taken by the hundred thousand. */
function sortedCopy(values: readonly number[]): ArrayLike<number> {
  if (values.length > 60) return Float64Array.from(values).sort()
  const sorted = [...values]
  for (let at = 1; at < sorted.length; at += 1) {
    const value = sorted[at] ?? 0
    let free = at
    while (free > 0 && (sorted[free - 1] ?? 0) > value) {
      sorted[free] = sorted[free - 1] ?? 0
      free -= 1
    }
    sorted[free] = value
  }
  return sorted
}

/** The spread of a bell curve that has this middle deviation: 1.4826 x MAD about `centre`. */
export function robustSpread(values: readonly number[], centre = median(values)): number {
  return 1.4826 * median(values.map((value) => Math.abs(value - centre)))
}

export function mean(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0) / values.length
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
