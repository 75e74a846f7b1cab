import {Agent} from 'node:http'
import type Dockerode from 'dockerode'
import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {ServiceName} from '../../ports/stack.js'
import {serviceNames} from '../../ports/stack.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'
import {answeringEndpoint} from './endpoint.js'
import {containerMemory} from './memory.js'
import type {EngineMachine} from './proxy-target.js'

/** One of our containers as the engine lists it. */
export interface FoundContainer {
  readonly service: ServiceName
  readonly id: string
  readonly imageId: string
  /** `running`, `exited`, `created`, ... */
  readonly state: string
  readonly generation: number
  /** Fingerprint of the passwords that it was started with. */
  readonly secrets: string | undefined
}

export interface ContainerEnd {
  readonly isRunning: boolean
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  /** What the engine says when it could not start it. */
  readonly error: string
}

/** The engine's API through dockerode, for what carries the label of one workspace only. */
export class DockerEngine {
  readonly #label: string
  #client: Promise<Dockerode> | undefined

  constructor(layout: Pick<WorkspaceLayout, 'id'>) {
    this.#label = `dev.mitra.workspace=${layout.id}`
  }

  async client(): Promise<Dockerode> {
    this.#client ??= openClient()
    return this.#client
  }

  async machine(): Promise<EngineMachine> {
    const told: unknown = await this.#ask((client) => client.info())
    const values = new Map(Object.entries(told ?? {}))
    const text = (name: string) => String(values.get(name) ?? '')
    return {
      operatingSystem: text('OperatingSystem'),
      kernel: text('KernelVersion'),
      name: text('Name'),
      isRootless: text('SecurityOptions').includes('rootless'),
    }
  }

  /** A running one first, where a killed compose has left two of a service. */
  async containers(): Promise<readonly FoundContainer[]> {
    const filters = {label: [this.#label]}
    const found = await this.#ask((client) => client.listContainers({all: true, filters}))
    const ours = found.flatMap(({Id: id, ImageID: imageId, State: state, Labels: labels}) => {
      const service = serviceNames.find((name) => name === labels['com.docker.compose.service'])
      const generation = Number(labels['dev.mitra.generation'] ?? 0)
      const secrets = labels['dev.mitra.secrets']
      return service === undefined ? [] : [{service, id, imageId, state, generation, secrets}]
    })
    return ours.toSorted((a, b) => Number(b.state === 'running') - Number(a.state === 'running'))
  }

  async container(service: ServiceName): Promise<FoundContainer | undefined> {
    return (await this.containers()).find((one) => one.service === service)
  }

  /** Idempotent. */
  async start(id: string): Promise<void> {
    await this.#ask((client) => client.getContainer(id).start()).catch(unlessNotModified)
  }

  /** With the container's own stop signal; idempotent. */
  async stop(id: string): Promise<void> {
    await this.#ask((client) => client.getContainer(id).stop({t: 10})).catch(unlessNotModified)
  }

  async signal(id: string, signal: string): Promise<void> {
    await this.#ask((client) => client.getContainer(id).kill({signal}))
  }

  async remove(id: string): Promise<void> {
    await this.#ask((client) => client.getContainer(id).remove({force: true, v: true}))
  }

  async end(id: string): Promise<ContainerEnd> {
    const {State} = await this.#ask((client) => client.getContainer(id).inspect())
    const {Running: isRunning, ExitCode: exitCode, OOMKilled: isOutOfMemory, Error: error} = State
    return {isRunning, exitCode, isOutOfMemory, error}
  }

  async memoryBytes(id: string): Promise<number | undefined> {
    return containerMemory(await this.client(), id)
  }

  async hasVolume(name: string): Promise<boolean> {
    return isThere(this.#ask((client) => client.getVolume(name).inspect()))
  }

  /** Our volumes with the space that they take. */
  async volumes(): Promise<readonly {readonly name: string; readonly bytes: number}[]> {
    const filters = JSON.stringify({label: [this.#label]})
    const {Volumes: found} = await this.#ask((client) => client.listVolumes({filters}))
    if (found.length === 0) return []
    const usage: {Volumes?: {Name: string; UsageData?: {Size: number}}[]} = await this.#ask(
      (client) => client.df(),
    )
    return found.map(({Name: name}) => {
      const bytes = usage.Volumes?.find((one) => one.Name === name)?.UsageData?.Size ?? 0
      return {name, bytes}
    })
  }

  /** All containers of a set of data, also one that only looked at it. */
  async removeContainers(generation: number): Promise<void> {
    const filters = {label: [this.#label, `dev.mitra.generation=${generation}`]}
    const found = await this.#ask((client) => client.listContainers({all: true, filters}))
    const remove = {force: true, v: true}
    await Promise.all(
      found.map(({Id: id}) => this.#ask((client) => client.getContainer(id).remove(remove))),
    )
  }

  async removeVolume(name: string): Promise<void> {
    await this.#ask((client) => client.getVolume(name).remove({force: true}))
  }

  async #ask<T>(question: (client: Dockerode) => Promise<T>): Promise<T> {
    const client = await this.client()
    try {
      return await question(client)
    } catch (error) {
      throw connectionLost(error) ?? error
    }
  }
}

/** 304: it runs already, or has stopped already. */
function unlessNotModified(error: unknown): void {
  if (statusOf(error) !== 304) throw error
}

async function isThere(inspecting: Promise<unknown>): Promise<boolean> {
  try {
    await inspecting
    return true
  } catch (error) {
    if (statusOf(error) === 404) return false
    throw error
  }
}

/** The HTTP status of the engine's answer. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

/** A daemon that went away half-way is not ready; the data are in its volumes. */
function connectionLost(error: unknown): MitraError | undefined {
  const code = codeOf(error) ?? ''
  if (!['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE'].includes(code)) return undefined
  const message = `Docker does not answer any more: ${messageOf(error)}.`
  const hints = ['Start Docker and run the command again; the data are in its volumes.']
  return new MitraError('notReady', 'ENGINE_DOWN', message, {hints, cause: error})
}

async function openClient(): Promise<Dockerode> {
  const endpoint = await answeringEndpoint()
  if (endpoint === undefined) {
    throw new MitraError('notReady', 'ENGINE_DOWN', 'No docker daemon answers.', {
      hints: ['Start Docker and run the command again.'],
    })
  }
  const {default: Docker} = await import('dockerode')
  // A connection that is kept breaks the next question after the engine was started anew.
  const agent = new Agent({keepAlive: false})
  const options = {socketPath: endpoint.slice('unix://'.length), agent}
  return new Docker(options)
}
