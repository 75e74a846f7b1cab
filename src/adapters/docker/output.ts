import {PassThrough} from 'node:stream'
import {setTimeout as sleep} from 'node:timers/promises'
import type Dockerode from 'dockerode'
import type {LogLine, ServiceName} from '../../ports/stack.js'
import type {DockerEngine} from './engine.js'

/** A line with the engine's own time, which is of one width: text that sorts as time. */
export interface TimedLine {
  readonly at: string
  readonly text: string
}

/** The last lines of a container, both streams in the order of their time. */
export async function lastOutput(
  client: Dockerode,
  id: string,
  count: number,
): Promise<readonly TimedLine[]> {
  if (count === 0) return []
  const options = {
    stdout: true,
    stderr: true,
    timestamps: true,
    tail: count,
    follow: false,
  } as const
  const raw = await client.getContainer(id).logs(options)
  const lines = demultiplexed(Buffer.isBuffer(raw) ? raw : Buffer.from(raw)).map(timedLine)
  return lines.toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
}

interface Following {
  readonly engine: DockerEngine
  readonly services: readonly ServiceName[]
  readonly signal: AbortSignal | undefined
}

/** Lines as they come, merged; goes on through stops, starts and new containers. */
export async function* followOutput({engine, services, signal}: Following): AsyncIterable<LogLine> {
  if (signal?.aborted === true) return
  const merged = new PassThrough({objectMode: true})
  const ending = new AbortController()
  const end = () => {
    ending.abort()
    merged.end()
  }
  signal?.addEventListener('abort', end, {once: true})
  const write = (line: LogLine) => {
    if (!ending.signal.aborted) merged.write(line)
  }
  for (const service of services) {
    followService({engine, service, write, signal: ending.signal}).catch((error: Error) => {
      if (!ending.signal.aborted) merged.destroy(error)
    })
  }
  try {
    for await (const line of merged) {
      const read: LogLine = line
      yield read
    }
  } finally {
    end()
  }
}

interface OneFollowing {
  readonly engine: DockerEngine
  readonly service: ServiceName
  readonly write: (line: LogLine) => void
  readonly signal: AbortSignal
}

async function followService({engine, service, write, signal}: OneFollowing): Promise<void> {
  let last = new Date().toISOString().replace('Z', '000000Z')
  while (!signal.aborted) {
    const container = await engine.container(service)
    if (container?.state === 'running') {
      await followContainer(await engine.client(), container.id, {
        since: Math.floor(Date.parse(last) / 1000),
        signal,
        onLine({at, text}) {
          if (at <= last) return
          last = at
          write({service, text})
        },
      })
    }
    await sleep(200, undefined, {signal}).catch(() => undefined)
  }
}

interface ContainerFollowing {
  readonly since: number
  readonly signal: AbortSignal
  readonly onLine: (line: TimedLine) => void
}

async function followContainer(
  client: Dockerode,
  id: string,
  {since, signal, onLine}: ContainerFollowing,
): Promise<void> {
  const stream = await client
    .getContainer(id)
    .logs({stdout: true, stderr: true, timestamps: true, follow: true, since})
  // One for each stream: a line may come in pieces.
  for (const sink of splitStreams(client, stream)) {
    let rest = ''
    sink.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(timedLine(line))
    })
  }
  const stop = () => 'destroy' in stream && (stream as PassThrough).destroy()
  signal.addEventListener('abort', stop, {once: true})
  await new Promise<void>((resolve) => {
    stream.on('close', resolve).on('end', resolve).on('error', resolve)
    if (signal.aborted) stop()
  })
  signal.removeEventListener('abort', stop)
}

function splitStreams(client: Dockerode, stream: NodeJS.ReadableStream): readonly PassThrough[] {
  const [out, err] = [new PassThrough(), new PassThrough()]
  client.modem.demuxStream(stream, out, err)
  return [out, err]
}

function timedLine(line: string): TimedLine {
  const space = line.indexOf(' ')
  return {at: line.slice(0, space), text: line.slice(space + 1)}
}

/** Docker frames both streams: one byte of stream, three of nothing, four of length. */
export function demultiplexed(raw: Buffer): readonly string[] {
  const texts = ['', '', '']
  for (let at = 0; at + 8 <= raw.length;) {
    const end = at + 8 + raw.readUInt32BE(at + 4)
    const stream = raw[at] ?? 1
    texts[stream] = (texts[stream] ?? '') + raw.toString('utf8', at + 8, end)
    at = end
  }
  return texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
}
