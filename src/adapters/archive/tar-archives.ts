import {createHash, randomBytes, type Hash} from 'node:crypto'
import {mkdir, open, readdir, rename, stat, unlink, type FileHandle} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {Transform, type TransformCallback} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGunzip, createGzip} from 'node:zlib'
import tar from 'tar-stream'
import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {ArchiveEntry, Archives, WrittenArchive} from '../../ports/archives.js'
import {syncFolder, writeError} from '../files/write-atomic.js'
import {isAlive} from '../process-identity/identity.js'
import {sealedHash, sealLength, sealOf} from './seal.js'

// What no writer of ours makes: a file that asks for more is not let into memory.
const mostBytesAnEntry = 256 * 1024 * 1024

/** A gzipped tar, which any `tar` can open, and a seal over all of it. */
export class TarArchives implements Archives {
  async write(path: string, entries: AsyncIterable<ArchiveEntry>): Promise<WrittenArchive> {
    const folder = dirname(path)
    const temporary = join(
      folder,
      `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`,
    )
    try {
      // Those we make are our own: an archive holds what people told their insurer.
      await mkdir(folder, {recursive: true, mode: 0o700})
      await sweep(folder)
      await refuseExisting(path)
      const written = await writeSealed(temporary, entries)
      await rename(temporary, path)
      await syncFolder(folder)
      return {path, ...written}
    } catch (error) {
      await unlink(temporary).catch(() => undefined)
      throw writeError(path, error)
    }
  }

  async check(path: string): Promise<WrittenArchive> {
    return withFile(path, async (handle, bytes) => {
      const sealed = await sealIn(path, handle, bytes)
      const hash = createHash('sha256')
      for await (const chunk of chunksOf(handle, bytes - sealLength)) hash.update(chunk)
      if (hash.digest('hex') !== sealed) throw damaged(path, 'its checksum does not fit')
      return {path, bytes, sha256: sealed}
    })
  }

  async *read(path: string): AsyncIterable<ArchiveEntry> {
    const {handle, bytes} = await openArchive(path)
    try {
      await sealIn(path, handle, bytes)
      yield* entriesOf(handle, bytes - sealLength)
    } catch (error) {
      throw error instanceof MitraError ? error : damaged(path, messageOf(error))
    } finally {
      await handle.close()
    }
  }
}

/** Entries to tar to gzip to disk; nothing is waiting in memory but what is on its way. */
async function writeSealed(
  path: string,
  entries: AsyncIterable<ArchiveEntry>,
): Promise<{bytes: number; sha256: string}> {
  const handle = await open(path, 'wx', 0o600)
  try {
    // `open`'s mode is cut by the umask; chmod on the handle is not.
    await handle.chmod(0o600)
    const counter = new HashCounter()
    // A pipeline that is torn down may blame the tearing down: the first failure is the reason.
    const failures: unknown[] = []
    const keep = (error: unknown): void => {
      failures.push(error)
    }
    const write = async (chunk: Buffer) => {
      await handle.writeFile(chunk).catch((error: unknown) => {
        keep(error)
        throw error
      })
    }
    await pipeline(tarred(entries, keep), createGzip(), counter, async (chunks) => {
      for await (const chunk of chunks) await write(chunk)
    }).catch((error: unknown) => {
      throw failures[0] ?? error
    })
    const sha256 = counter.hash.digest('hex')
    const seal = sealOf(sha256)
    await handle.writeFile(seal)
    await handle.sync()
    return {bytes: counter.bytes + seal.length, sha256}
  } finally {
    await handle.close()
  }
}

/** The bytes of a tar, asked for as they are taken. When it ends, `entries` has ended too. */
async function* tarred(
  entries: AsyncIterable<ArchiveEntry>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  const pack = tar.pack()
  const feed = async () => {
    for await (const {name, bytes} of entries) await addEntry(pack, name, bytes)
    pack.finalize()
  }
  const fed = feed().catch((error: unknown) => {
    onFailure(error)
    pack.destroy(error instanceof Error ? error : new Error(messageOf(error)))
  })
  try {
    for await (const chunk of pack) yield chunk
  } finally {
    pack.destroy()
    await fed
  }
}

function addEntry(pack: tar.Pack, name: string, bytes: Uint8Array): Promise<void> {
  const header = {name, size: bytes.byteLength, mode: 0o600, mtime: new Date(0)}
  return new Promise((resolve, reject) => {
    pack.entry(header, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), (error) => {
      if (error instanceof Error) reject(error)
      else resolve()
    })
  })
}

class HashCounter extends Transform {
  readonly hash: Hash = createHash('sha256')
  bytes = 0

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk)
    this.bytes += chunk.length
    done(undefined, chunk)
  }
}

async function* entriesOf(handle: FileHandle, length: number): AsyncIterable<ArchiveEntry> {
  const extract = tar.extract()
  const piped = pipeline(chunksOf(handle, length), createGunzip(), extract)
  piped.catch(() => undefined)
  try {
    for await (const entry of extract) {
      const {name, size = 0} = entry.header
      if (size > mostBytesAnEntry) throw new Error(`${name} is too large`)
      const chunks: Buffer[] = []
      for await (const chunk of entry) chunks.push(chunk)
      yield {name, bytes: Buffer.concat(chunks)}
    }
    await piped
  } finally {
    extract.destroy()
    await piped.catch(() => undefined)
  }
}

async function* chunksOf(handle: FileHandle, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length;) {
    const buffer = Buffer.alloc(Math.min(256 * 1024, length - at))
    const {bytesRead} = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) throw new Error('it is shorter than it was')
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

async function openArchive(path: string): Promise<{handle: FileHandle; bytes: number}> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw cannotRead(path, error)
  })
  const found = await handle.stat()
  if (found.isFile()) return {handle, bytes: found.size}
  await handle.close()
  throw noArchive(path)
}

async function withFile<T>(
  path: string,
  work: (handle: FileHandle, bytes: number) => Promise<T>,
): Promise<T> {
  const {handle, bytes} = await openArchive(path)
  try {
    return await work(handle, bytes)
  } finally {
    await handle.close()
  }
}

async function sealIn(path: string, handle: FileHandle, bytes: number): Promise<string> {
  const head = Buffer.alloc(2)
  await handle.read(head, 0, 2, 0)
  if (head[0] !== 0x1f || head[1] !== 0x8b) throw noArchive(path)
  if (bytes <= sealLength) throw damaged(path, 'it is cut off')
  const tail = Buffer.alloc(sealLength)
  await handle.read(tail, 0, sealLength, bytes - sealLength)
  const sealed = sealedHash(tail)
  if (sealed === undefined)
    throw damaged(path, 'it has no seal at its end: it is cut off or changed')
  return sealed
}

/** What killed writers left behind, however large. */
async function sweep(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const pid = /^\..+\.(\d+)\.[0-9a-f]{8}\.tmp$/.exec(entry)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) {
      await unlink(join(folder, entry)).catch(() => undefined)
    }
  }
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return
  throw new MitraError('usage', 'EXISTS', `${path} is there already.`, {
    hints: ['Give another name with --file; nothing was written over it.'],
  })
}

function cannotRead(path: string, cause: unknown): MitraError {
  const isMissing = codeOf(cause) === 'ENOENT'
  const message = isMissing
    ? `There is no ${path}.`
    : `${path} cannot be read: ${messageOf(cause)}.`
  const code = isMissing ? 'ARCHIVE_MISSING' : 'ARCHIVE_UNREADABLE'
  return new MitraError('usage', code, message, {cause})
}

function noArchive(path: string): MitraError {
  return new MitraError('usage', 'NO_ARCHIVE', `${path} is no archive of a tenant.`, {
    hints: ['mitra tenant archive NAME makes one.'],
  })
}

function damaged(path: string, why: string): MitraError {
  return new MitraError('failed', 'ARCHIVE_DAMAGED', `${path} is damaged: ${why}.`, {
    hints: ['Take another copy of it. Nothing was changed.'],
  })
}
