import {createHash, hash} from 'node:crypto'

/**
 * A sum over the rows of a table in text format that does not depend on their order: a server may put
 * rows where it finds room. Equal rows count as often as they are there.
 */
export class RowSum {
  rows = 0
  readonly #lanes = new Uint32Array(8)
  readonly #bytes = createHash('sha256')
  #rest: readonly Uint8Array[] = []

  /** Any piece of the text; a row may begin in one and end in another. */
  take(chunk: Uint8Array): void {
    this.#bytes.update(chunk)
    let from = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const end = chunk.subarray(from, at + 1)
      this.#add(this.#rest.length === 0 ? end : Buffer.concat([...this.#rest, end]))
      this.#rest = []
      from = at + 1
    }
    if (from < chunk.length) this.#rest = [...this.#rest, chunk.subarray(from)]
  }

  equals(other: RowSum): boolean {
    const isWhole = this.#rest.length === 0 && other.#rest.length === 0
    const isSame = this.#lanes.every((lane, index) => lane === other.#lanes[index])
    return isWhole && isSame && this.rows === other.rows
  }

  /** SHA-256 of the whole text, in its order; the end of the sum. */
  digest(): string {
    return this.#bytes.digest('hex')
  }

  #add(row: Uint8Array): void {
    const digest = hash('sha256', row, 'buffer')
    for (const [index, lane] of this.#lanes.entries()) {
      this.#lanes[index] = lane + digest.readUInt32LE(index * 4)
    }
    this.rows += 1
  }
}
