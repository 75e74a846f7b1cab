import {closeSync, existsSync, openSync, readSync, renameSync, statSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'

const mostBytes = 10_000_000
const kept = 3

/** Turns a log that has grown large; called while the service is down. */
export function rotateLog(path: string): void {
  if (!existsSync(path) || statSync(path).size < mostBytes) return
  for (let number = kept - 1; number >= 1; number -= 1) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`)
  }
  renameSync(path, `${path}.1`)
}

/** The last lines of a log, oldest first; reads only its end, and nothing before `from`. */
export function lastLines(path: string, count: number, from = 0): readonly string[] {
  if (count === 0) return []
  const size = sizeOfLog(path)
  const text = readFrom(path, Math.max(from, size - 400 * count), size)
  return text.split('\n').filter(Boolean).slice(-count)
}

/** Goes on with what is appended until the signal aborts. */
export async function* followLogs<Name extends string>(
  files: ReadonlyMap<Name, string>,
  signal: AbortSignal | undefined,
): AsyncIterable<{readonly service: Name; readonly text: string}> {
  const offsets = new Map([...files].map(([service, path]) => [service, sizeOfLog(path)]))
  while (signal?.aborted !== true) {
    for (const [service, path] of files) {
      const from = offsets.get(service) ?? 0
      const size = sizeOfLog(path)
      // A log that has become shorter was turned.
      const text = readFrom(path, size < from ? 0 : from, size)
      const end = text.lastIndexOf('\n') + 1
      offsets.set(service, (size < from ? 0 : from) + Buffer.byteLength(text.slice(0, end)))
      for (const line of text.slice(0, end).split('\n').filter(Boolean)) yield {service, text: line}
    }
    await sleep(200)
  }
}

export function sizeOfLog(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

function readFrom(path: string, from: number, to: number): string {
  if (to <= from) return ''
  const handle = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(to - from)
    return buffer.toString('utf8', 0, readSync(handle, buffer, 0, buffer.length, from))
  } finally {
    closeSync(handle)
  }
}
