import {setTimeout as sleep} from 'node:timers/promises'
import {MitraError} from '../../errors.js'
import type {
  Generation,
  LogLine,
  Prepared,
  ServiceName,
  ServiceStatus,
  Stack,
} from '../../ports/stack.js'
import {serviceNames} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {acquireLock} from '../journal/lock.js'
import {volumeName} from './arguments.js'
import {composeCreate} from './compose.js'
import {DockerEngine, statusOf, type FoundContainer} from './engine.js'
import {
  containerFailure,
  isLeftByEngine,
  isPortTaken,
  oneError,
  serviceError,
  startFailure,
  takenText,
  type ContainerFailure,
} from './failure.js'
import {DockerFiles} from './files.js'
import {DockerImages} from './images.js'
import {followOutput, lastOutput} from './output.js'
import {addressOf, imageVersion, isServiceHealthy} from './probe.js'
import {proxyNetwork, type ProxyNetwork} from './proxy-target.js'

/** The services as containers of one compose project; seen from the host, owned by label. */
export class DockerStack implements Stack {
  readonly engine = 'docker'
  readonly #settings: StackSettings
  readonly #engine: DockerEngine
  readonly #images: DockerImages
  readonly #files: DockerFiles
  readonly #network: ProxyNetwork | undefined

  /** The network is decided by where the engine runs, unless it is given. */
  constructor(settings: StackSettings, network?: ProxyNetwork) {
    this.#settings = settings
    this.#engine = new DockerEngine(settings.layout)
    this.#images = new DockerImages(settings, this.#engine)
    this.#files = new DockerFiles(settings)
    this.#network = network
  }

  async states(): Promise<ReadonlyMap<ServiceName, ServiceStatus>> {
    const containers = await this.#engine.containers()
    const of = (name: ServiceName) => containers.find(({service}) => service === name)
    const all = await Promise.all(serviceNames.map((name) => this.#status(name, of(name))))
    return new Map(all.map((status) => [status.name, status]))
  }

  async prepared(services: readonly ServiceName[]): Promise<readonly Prepared[]> {
    return Promise.all(services.map((service) => this.#images.prepared(service)))
  }

  async prepare(
    services: readonly ServiceName[],
    onProgress: (note: string) => void,
  ): Promise<readonly Prepared[]> {
    const all = services.map((service) => this.#images.prepare(service, onProgress))
    const prepared = await Promise.all(all)
    const ready = prepared.filter(({state}) => state === 'ready')
    await this.#images.pinFound(ready.map(({service}) => service))
    return prepared
  }

  async up(
    services: readonly ServiceName[],
    onHealthy: (service: ServiceName) => Promise<void>,
  ): Promise<void> {
    const network = await this.#proxyNetwork()
    await this.#files.write(network)
    await this.#make(services, network)
    const results = await Promise.allSettled(
      services.map(async (service) => {
        await this.#start(service)
        await onHealthy(service)
      }),
    )
    const reasons: unknown[] = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    )
    if (reasons.length > 0) throw oneError(reasons)
  }

  /** Not `compose down`: stopped containers keep their logs. */
  async down(services: readonly ServiceName[]): Promise<void> {
    this.#files.markStopped(services)
    const containers = await this.#engine.containers()
    const running = containers.filter(
      ({service, state}) => services.includes(service) && state !== 'exited' && state !== 'created',
    )
    await Promise.all(running.map(({id}) => this.#engine.stop(id)))
  }

  // Each start asks the server whether the password fits.
  async forgetPassword(): Promise<void> {}

  async hasData(service: ServiceName): Promise<boolean> {
    return this.#engine.hasVolume(volumeName(this.#settings, service, this.#settings.generation))
  }

  async *logs(
    services: readonly ServiceName[],
    {tail, follow, signal}: {tail: number; follow: boolean; signal?: AbortSignal},
  ): AsyncIterable<LogLine> {
    const containers = await this.#engine.containers()
    const client = await this.#engine.client()
    const all = await Promise.all(
      services.map(async (service) => {
        const container = containers.find((one) => one.service === service)
        const lines = container === undefined ? [] : await lastOutput(client, container.id, tail)
        return lines.map(({at, text}) => ({service, at, text}))
      }),
    )
    for (const {service, text} of all.flat().toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
      yield {service, text}
    }
    if (follow) yield* followOutput({engine: this.#engine, services, signal})
  }

  async reloadProxy(): Promise<void> {
    await this.#files.writeSite(await this.#proxyNetwork())
    const nginx = await this.#engine.container('nginx')
    if (nginx?.state === 'running') await this.#engine.signal(nginx.id, 'HUP')
  }

  async trashed() {
    const sizes = new Map<Generation, number>()
    for (const {name, bytes} of await this.#engine.volumes()) {
      const generation = generationOf(name)
      if (generation === undefined || generation === this.#settings.generation) continue
      sizes.set(generation, (sizes.get(generation) ?? 0) + bytes)
    }
    return [...sizes].map(([generation, bytes]) => ({generation, bytes}))
  }

  async purge(generation: Generation): Promise<void> {
    if (generation === this.#settings.generation) {
      throw new MitraError('refused', 'SET_IN_USE', `Set ${generation} is in use.`, {hints: []})
    }
    await this.#engine.removeContainers(generation)
    const volumes = await this.#engine.volumes()
    const trash = volumes.filter(({name}) => generationOf(name) === generation)
    await Promise.all(trash.map(({name}) => this.#engine.removeVolume(name)))
  }

  /** One at a time: two would each make the network, and stumble over the other's containers. */
  async #make(services: readonly ServiceName[], network: ProxyNetwork): Promise<void> {
    const purpose = 'make the containers'
    const lock = await acquireLock(this.#files.folder, 'compose', {purpose, waitMs: 120_000})
    try {
      if (services.includes('postgres')) {
        const {refuseOtherVersion} = await import('./postgres-volume.js')
        await refuseOtherVersion(this.#settings, this.#engine, this.#images)
      }
      this.#files.unmarkStopped(services)
      const settings = {...this.#settings, images: this.#pinnedImages()}
      await composeCreate({settings, files: this.#files, network, services})
    } finally {
      await lock.release()
    }
  }

  async #proxyNetwork(): Promise<ProxyNetwork> {
    return this.#network ?? proxyNetwork(await this.#engine.machine())
  }

  #pinnedImages(): Readonly<Record<ServiceName, string>> {
    const pinned = (service: ServiceName) => this.#images.pinned(service)
    return {
      postgres: pinned('postgres'),
      redis: pinned('redis'),
      'object-store': pinned('object-store'),
      nginx: pinned('nginx'),
    }
  }

  async #status(name: ServiceName, container: FoundContainer | undefined): Promise<ServiceStatus> {
    const kind = name === 'object-store' ? 'minio' : name
    const unknown = {memoryBytes: undefined, version: undefined, failure: undefined}
    const common = {name, kind, ...addressOf(name, this.#settings), ...unknown}
    if (container === undefined) return {...common, state: 'stopped'}
    if (container.state !== 'running') {
      if (this.#files.isMarkedStopped(name)) return {...common, state: 'stopped'}
      return {...common, state: 'failed', failure: await this.#failure(container)}
    }
    const [isHealthy, isCurrent, memoryBytes, image] = await Promise.all([
      isServiceHealthy(name, this.#settings),
      this.#isCurrent(container),
      this.#engine.memoryBytes(container.id),
      this.#images.find(container.imageId),
    ])
    const version = image === undefined ? undefined : imageVersion(name, image)
    const state = isHealthy && isCurrent ? 'healthy' : 'starting'
    return {...common, memoryBytes, version, state}
  }

  /** Not one with the passwords or the data of before: the next `up` makes it anew. */
  async #isCurrent({service, generation, secrets}: FoundContainer): Promise<boolean> {
    if (generation !== this.#settings.generation) return false
    return service === 'nginx' || (await this.#files.fingerprints())[service] === secrets
  }

  async #start(service: ServiceName): Promise<void> {
    const container = await this.#started(service)
    await this.#untilHealthy(container)
    if (service !== 'postgres') return
    const {healPassword} = await import('./postgres-volume.js')
    await healPassword(this.#settings, this.#engine, container.id)
  }

  async #started(service: ServiceName): Promise<FoundContainer> {
    const container = await this.#madeContainer(service)
    try {
      await this.#engine.start(container.id)
      return container
    } catch (error) {
      if (statusOf(error) === undefined) throw error
      const {port} = addressOf(service, this.#settings)
      if (!(await isLeftByEngine(error, port))) throw await this.#cannotStart(service, error)
    }
    // An engine that was killed half-way: its data are in a volume, the container is made anew.
    await this.#engine.remove(container.id)
    await this.#make([service], await this.#proxyNetwork())
    const again = await this.#madeContainer(service)
    await this.#engine.start(again.id).catch(async (error: unknown) => {
      throw statusOf(error) === undefined ? error : await this.#cannotStart(service, error)
    })
    return again
  }

  async #cannotStart(service: ServiceName, error: unknown): Promise<MitraError> {
    const {port} = addressOf(service, this.#settings)
    const cause = isPortTaken(error) ? await takenText(port) : startFailure(error)
    return serviceError(service, {cause, lastLines: []})
  }

  async #madeContainer(service: ServiceName): Promise<FoundContainer> {
    const container = await this.#engine.container(service)
    if (container !== undefined) return container
    throw serviceError(service, {cause: 'compose made no container for it', lastLines: []})
  }

  async #untilHealthy(container: FoundContainer): Promise<void> {
    const {service, id} = container
    const until = Date.now() + this.#settings.startTimeoutMs
    while (Date.now() < until) {
      if (await isServiceHealthy(service, this.#settings)) return
      const {isRunning} = await this.#engine.end(id)
      if (!isRunning) throw serviceError(service, await this.#failure(container))
      await sleep(50)
    }
    const cause = `it did not answer within ${this.#settings.startTimeoutMs / 1000} s`
    const {lastLines} = await this.#failure(container)
    throw serviceError(service, {cause, lastLines})
  }

  async #failure({id}: FoundContainer): Promise<ContainerFailure> {
    const client = await this.#engine.client()
    const [end, lines] = await Promise.all([this.#engine.end(id), lastOutput(client, id, 20)])
    return containerFailure(
      end,
      lines.map(({text}) => text),
    )
  }
}

function generationOf(volume: string): Generation | undefined {
  const digits = /-g(\d+)$/.exec(volume)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
