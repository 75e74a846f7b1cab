/** Works on all of them, `width` at a time; the results in the order given. */
export async function sideBySide<T, R>(
  all: readonly T[],
  width: number,
  work: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>()
  let next = 0
  const worker = async () => {
    for (let index = next++; index < all.length; index = next++) {
      const one = all[index]
      if (one !== undefined) results.set(index, await work(one))
    }
  }
  await Promise.all(Array.from({length: Math.min(width, all.length)}, worker))
  return all.flatMap((_, index) => {
    const result = results.get(index)
    return result === undefined ? [] : [result]
  })
}
