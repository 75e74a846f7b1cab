import {on} from 'node:events'
import {PassThrough} from 'node:stream'
import type Dockerode from 'dockerode'
import type {LogLine} from '../../ports/stack.js'
import type {FoundContainer} from './engine.js'

/** The logs of running containers as they come, merged. */
export async function* followContainers(
  client: Dockerode,
  containers: readonly FoundContainer[],
  {since, signal}: {readonly since: number; readonly signal: AbortSignal | undefined},
): AsyncIterable<LogLine> {
  const merged = new PassThrough({objectMode: true})
  for (const {id, service} of containers) {
    const stream = await client
      .getContainer(id)
      .logs({stdout: true, stderr: true, follow: true, since})
    const text = new PassThrough()
    client.modem.demuxStream(stream, text, text)
    let rest = ''
    text.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) merged.write({service, text: line} satisfies LogLine)
    })
  }
  for await (const [line] of on(merged, 'data', signal === undefined ? {} : {signal})) {
    const read: LogLine = line
    yield read
  }
}
