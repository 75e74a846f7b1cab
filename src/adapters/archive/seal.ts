import {crc32} from 'node:zlib'

/**
 * The last bytes of an archive: a gzip member of its own that holds the SHA-256 of all bytes before it.
 * `tar -xzf` passes over it, and since it is the same for the same hash, no flipped bit stays unseen.
 */
export function sealOf(sha256: string): Buffer {
  const text = Buffer.from(`${mark}${sha256}\n`)
  const sizes = Buffer.alloc(4)
  sizes.writeUInt16LE(text.length, 0)
  sizes.writeUInt16LE(0xffff - text.length, 2)
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(crc32(text), 0)
  tail.writeUInt32LE(text.length, 4)
  return Buffer.concat([memberHead, storedBlock, sizes, text, tail])
}

/** The hash in a seal; undefined for bytes that are none. */
export function sealedHash(bytes: Buffer): string | undefined {
  const at = memberHead.length + storedBlock.length + 4
  const text = bytes.subarray(at, at + mark.length + 65).toString('latin1')
  const sha256 = /^([0-9a-f]{64})\n$/.exec(text.slice(mark.length))?.[1]
  if (sha256 === undefined || !text.startsWith(mark)) return undefined
  return bytes.equals(sealOf(sha256)) ? sha256 : undefined
}

const mark = 'mitra-archive sha256 '

// Deflated, no name, no time, unknown system: RFC 1952.
const memberHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
// The last block, stored as it is: RFC 1951.
const storedBlock = Buffer.from([1])

export const sealLength = sealOf('0'.repeat(64)).length
