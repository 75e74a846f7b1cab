/** Times in milliseconds (or any one unit) of the same thing, measured again and again. */
export type Samples = readonly number[]

export function median(samples: Samples): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** `0.412 s (0.380-0.520), n 7`. */
export function secondsText(samples: Samples): string {
  const [low, high] = [Math.min(...samples), Math.max(...samples)]
  return `${seconds(median(samples))} s (${seconds(low)}-${seconds(high)}), n ${samples.length}`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** `4.2 ms (3.1-9.8), n 40`. */
export function millisecondsText(samples: Samples): string {
  const [low, high] = [Math.min(...samples), Math.max(...samples)]
  const shown = [median(samples), low, high].map((ms) => ms.toFixed(1))
  return `${shown[0]} ms (${shown[1]}-${shown[2]}), n ${samples.length}`
}

/** The value that that share of all is not above. */
export function percentile(samples: Samples, share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function ratioText(ratio: number): string {
  return `${ratio.toFixed(2)}x`
}

/** Runs the variants in a new random order each round, so that load on the machine hits all alike. */
export async function interleaved<Name extends string>(
  variants: Readonly<Record<Name, () => Promise<number>>>,
  {rounds, warmUps}: {readonly rounds: number; readonly warmUps: number},
): Promise<Readonly<Record<Name, Samples>>> {
  const entries = Object.entries<() => Promise<number>>(variants)
  const samples = new Map<string, number[]>(entries.map(([name]) => [name, []]))
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [name, measure] of shuffled(entries)) {
      const value = await measure()
      if (round >= 0) samples.get(name)?.push(value)
    }
  }
  // Every name of `variants` was put into the map above.
  return Object.fromEntries(samples) as unknown as Record<Name, Samples>
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({item, order: Math.random()}))
    .toSorted((a, b) => a.order - b.order)
    .map(({item}) => item)
}
