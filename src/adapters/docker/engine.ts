import type Dockerode from 'dockerode'
import {messageOf, MitraError} from '../../errors.js'
import type {ServiceName} from '../../ports/stack.js'
import {serviceNames} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {projectName} from './arguments.js'
import {answeringEndpoint} from './endpoint.js'

/** One of our containers as the engine lists it. */
export interface FoundContainer {
  readonly service: ServiceName
  readonly id: string
  readonly image: string
  /** `running`, `exited`, `created`, ... */
  readonly state: string
}

/** The engine's API through dockerode, for the containers and volumes of one workspace only. */
export class DockerEngine {
  readonly #settings: StackSettings
  #client: Promise<Dockerode> | undefined

  constructor(settings: StackSettings) {
    this.#settings = settings
  }

  async client(): Promise<Dockerode> {
    this.#client ??= openClient()
    return this.#client
  }

  async containers(): Promise<readonly FoundContainer[]> {
    const client = await this.client()
    const labels = [
      `dev.mitra.workspace=${this.#settings.layout.id}`,
      `com.docker.compose.project=${projectName(this.#settings)}`,
    ]
    const found = await translated(client.listContainers({all: true, filters: {label: labels}}))
    return found.flatMap(({Id: id, Image: image, State: state, Labels}) => {
      const service = serviceNames.find((name) => name === Labels['com.docker.compose.service'])
      return service === undefined ? [] : [{service, id, image, state}]
    })
  }

  /** The last lines of a container, both streams in order. */
  async lastLines(id: string, count: number): Promise<readonly string[]> {
    const container = (await this.client()).getContainer(id)
    const raw = await container.logs({stdout: true, stderr: true, tail: count, follow: false})
    return demultiplexed(Buffer.isBuffer(raw) ? raw : Buffer.from(raw))
  }

  async exitCode(id: string): Promise<number | undefined> {
    const {State} = await (await this.client()).getContainer(id).inspect()
    return State.Running ? undefined : State.ExitCode
  }

  async memoryBytes(id: string): Promise<number | undefined> {
    const container = (await this.client()).getContainer(id)
    const stats = await container.stats({stream: false, 'one-shot': true}).catch(() => undefined)
    const used = stats?.memory_stats.usage
    if (used === undefined) return undefined
    // What `docker stats` shows: without the page cache that can be dropped.
    const cache =
      stats?.memory_stats.stats.inactive_file ?? stats?.memory_stats.stats.total_inactive_file
    return used - (cache ?? 0)
  }

  async hasVolume(name: string): Promise<boolean> {
    const client = await this.client()
    return client
      .getVolume(name)
      .inspect()
      .then(
        () => true,
        () => false,
      )
  }

  async hasImage(name: string): Promise<boolean> {
    const client = await this.client()
    return client
      .getImage(name)
      .inspect()
      .then(
        () => true,
        () => false,
      )
  }

  /** Pulls an image; the last word of each layer is passed on. */
  async pull(name: string, onProgress: (note: string) => void): Promise<void> {
    const client = await this.client()
    const stream = await client.pull(name)
    await new Promise<void>((resolve, reject) => {
      client.modem.followProgress(
        stream,
        (error) => (error === null ? resolve() : reject(error)),
        (event: {status?: string; progress?: string}) => {
          if (event.progress !== undefined) onProgress(`${name}: ${event.status} ${event.progress}`)
        },
      )
    })
  }

  /** Runs a program in a container with the text on its standard input; its output. */
  async exec(id: string, argv: readonly string[], user: string, input: string): Promise<string> {
    const container = (await this.client()).getContainer(id)
    const exec = await container.exec({
      Cmd: [...argv],
      User: user,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    })
    const stream = await exec.start({hijack: true, stdin: true})
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.end(input)
    await new Promise((resolve) => stream.on('close', resolve).on('end', resolve))
    const {ExitCode} = await exec.inspect()
    const text = demultiplexed(Buffer.concat(chunks)).join('\n')
    if (ExitCode === 0) return text
    throw new MitraError('failed', 'EXEC_FAILED', `${argv[0]} in the container failed: ${text}.`, {
      hints: [],
    })
  }
}

async function openClient(): Promise<Dockerode> {
  const endpoint = await answeringEndpoint()
  if (endpoint === undefined) {
    throw new MitraError('notReady', 'ENGINE_DOWN', 'No docker daemon answers.', {
      hints: ['Start Docker and run the command again.'],
    })
  }
  const {default: Docker} = await import('dockerode')
  return new Docker({socketPath: endpoint.slice('unix://'.length)})
}

/** A daemon that went away half-way is not ready; the data are in its volumes. */
async function translated<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw new MitraError(
      'notReady',
      'ENGINE_DOWN',
      `Docker does not answer: ${messageOf(cause)}.`,
      {
        hints: ['Start Docker and run the command again; the data are in its volumes.'],
        cause,
      },
    )
  }
}

/** Docker frames both streams: one byte of stream, three of nothing, four of length. */
export function demultiplexed(raw: Buffer): readonly string[] {
  let text = ''
  for (let at = 0; at + 8 <= raw.length;) {
    const length = raw.readUInt32BE(at + 4)
    text += raw.toString('utf8', at + 8, at + 8 + length)
    at += 8 + length
  }
  return text.split('\n').filter((line) => line !== '')
}
