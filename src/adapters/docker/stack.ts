import {createHash} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {messageOf, MitraError} from '../../errors.js'
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
import {volumeName} from './arguments.js'
import {composeStop, composeUp} from './compose.js'
import {DockerEngine, type FoundContainer} from './engine.js'
import {DockerFiles} from './files.js'
import {followContainers} from './follow.js'
import {healPassword, refuseOtherVersion} from './postgres-volume.js'
import {probeService} from './probe.js'

/** The services as containers of one compose project; seen from the host, owned by label. */
export class DockerStack implements Stack {
  readonly engine = 'docker'
  readonly #settings: StackSettings
  readonly #engine: DockerEngine
  readonly #files: DockerFiles

  constructor(settings: StackSettings) {
    this.#settings = settings
    this.#engine = new DockerEngine(settings)
    this.#files = new DockerFiles(settings)
  }

  async states(): Promise<ReadonlyMap<ServiceName, ServiceStatus>> {
    const containers = await this.#engine.containers()
    const all = await Promise.all(
      serviceNames.map((name) =>
        this.#status(
          name,
          containers.find((container) => container.service === name),
        ),
      ),
    )
    return new Map(all.map((status) => [status.name, status]))
  }

  async prepared(services: readonly ServiceName[]): Promise<readonly Prepared[]> {
    return Promise.all(
      services.map(async (service) => {
        const source = `image ${this.#settings.images[service]}`
        const isThere = await this.#engine.hasImage(this.#settings.images[service])
        return {
          service,
          state: isThere ? ('ready' as const) : ('missing' as const),
          source,
          hints: [],
        }
      }),
    )
  }

  async prepare(
    services: readonly ServiceName[],
    onProgress: (note: string) => void,
  ): Promise<readonly Prepared[]> {
    return Promise.all(services.map((service) => this.#prepareOne(service, onProgress)))
  }

  async up(
    services: readonly ServiceName[],
    onHealthy: (service: ServiceName) => Promise<void>,
  ): Promise<void> {
    await Promise.all([this.#files.writeSecrets(), this.#files.writeSite()])
    if (services.includes('postgres')) await this.#checkPostgresVolume()
    this.#files.unmarkStopped(services)
    await composeUp(this.#settings, this.#files, services)
    const results = await Promise.allSettled(
      services.map(async (service) => {
        await this.#untilHealthy(service)
        await onHealthy(service)
      }),
    )
    const reasons: unknown[] = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    )
    if (reasons.length > 0) throw oneError(reasons)
  }

  async down(services: readonly ServiceName[]): Promise<void> {
    const there = (await this.#engine.containers()).map((container) => container.service)
    const wanted = services.filter((service) => there.includes(service))
    this.#files.markStopped(services)
    if (wanted.length > 0) await composeStop(this.#settings, this.#files, wanted)
  }

  async hasData(service: ServiceName): Promise<boolean> {
    return this.#engine.hasVolume(volumeName(this.#settings, service, this.#settings.generation))
  }

  async *logs(
    services: readonly ServiceName[],
    {tail, follow, signal}: {tail: number; follow: boolean; signal?: AbortSignal},
  ): AsyncIterable<LogLine> {
    const containers = await this.#engine.containers()
    const wanted = services.flatMap((name) => containers.filter(({service}) => service === name))
    const started = Math.floor(Date.now() / 1000)
    for (const {service, id} of wanted) {
      const lines = tail === 0 ? [] : await this.#engine.lastLines(id, tail)
      for (const text of lines) yield {service, text}
    }
    if (follow)
      yield* followContainers(await this.#engine.client(), wanted, {since: started, signal})
  }

  async reloadProxy(): Promise<void> {
    await this.#files.writeSite()
    const containers = await this.#engine.containers()
    const nginx = containers.find(({service, state}) => service === 'nginx' && state === 'running')
    if (nginx !== undefined) {
      await (await this.#engine.client()).getContainer(nginx.id).kill({signal: 'HUP'})
    }
  }

  async trashed() {
    const sizes = new Map<Generation, number>()
    for (const {generation, bytes} of await this.#volumes()) {
      if (generation === this.#settings.generation) continue
      sizes.set(generation, (sizes.get(generation) ?? 0) + bytes)
    }
    return [...sizes].map(([generation, bytes]) => ({generation, bytes}))
  }

  async purge(generation: Generation): Promise<void> {
    if (generation === this.#settings.generation) {
      throw new MitraError('refused', 'SET_IN_USE', `Set ${generation} is in use.`, {hints: []})
    }
    const client = await this.#engine.client()
    for (const volume of await this.#volumes()) {
      if (volume.generation === generation)
        await client.getVolume(volume.name).remove({force: true})
    }
  }

  async #volumes() {
    const client = await this.#engine.client()
    const label = `dev.mitra.workspace=${this.#settings.layout.id}`
    const {Volumes} = await client.listVolumes({filters: JSON.stringify({label: [label]})})
    const usage: {Volumes?: {Name: string; UsageData?: {Size: number}}[]} = await client.df()
    return Volumes.flatMap(({Name: name}) => {
      const generation = /-g(\d+)$/.exec(name)?.[1]
      const bytes = usage.Volumes?.find((one) => one.Name === name)?.UsageData?.Size ?? 0
      return generation === undefined ? [] : [{name, generation: Number(generation), bytes}]
    })
  }

  async #prepareOne(service: ServiceName, onProgress: (note: string) => void): Promise<Prepared> {
    const image = this.#settings.images[service]
    const source = `image ${image}`
    if (await this.#engine.hasImage(image)) return {service, state: 'ready', source, hints: []}
    try {
      onProgress(`pulls ${image}`)
      await this.#engine.pull(image, onProgress)
      return {service, state: 'ready', source, hints: []}
    } catch (error) {
      const hints = [
        `Name another image in mitra.yml (images), or load one: docker load.`,
        'Or run without containers: --engine native.',
      ]
      return {service, state: 'missing', source: `${source}: ${messageOf(error)}`, hints}
    }
  }

  async #status(name: ServiceName, container: FoundContainer | undefined): Promise<ServiceStatus> {
    const {port, url} = addressOf(name, this.#settings)
    const kind = name === 'object-store' ? 'minio' : name
    const common = {
      name,
      kind,
      url,
      port,
      memoryBytes: undefined,
      version: undefined,
      failure: undefined,
    }
    if (container === undefined) return {...common, state: 'stopped'}
    if (container.state !== 'running') {
      if (this.#files.isMarkedStopped(name)) return {...common, state: 'stopped'}
      return {...common, state: 'failed', failure: await this.#failure(container)}
    }
    const [probed, memoryBytes] = await Promise.all([
      probeService(name, this.#settings),
      this.#engine.memoryBytes(container.id),
    ])
    const version = probed.version ?? tagOf(container.image)
    return {...common, memoryBytes, version, state: probed.isHealthy ? 'healthy' : 'starting'}
  }

  async #untilHealthy(service: ServiceName): Promise<void> {
    const until = Date.now() + this.#settings.startTimeoutMs
    while (Date.now() < until) {
      if ((await probeService(service, this.#settings)).isHealthy) {
        if (service === 'postgres') await this.#healPassword()
        return
      }
      const container = (await this.#engine.containers()).find((one) => one.service === service)
      if (container !== undefined && container.state === 'exited') {
        const {cause, lastLines} = await this.#failure(container)
        throw serviceError(service, cause, lastLines)
      }
      await sleep(50)
    }
    throw serviceError(
      service,
      `it did not answer within ${this.#settings.startTimeoutMs / 1000} s`,
      [],
    )
  }

  async #failure({id}: FoundContainer) {
    const [exitCode, lastLines] = await Promise.all([
      this.#engine.exitCode(id),
      this.#engine.lastLines(id, 20),
    ])
    const said = lastLines.findLast((line) => /FATAL|PANIC|emerg|rror/.test(line))
    const signal = exitCode !== undefined && exitCode > 128 ? ` (signal ${exitCode - 128})` : ''
    const status = `its container ended with exit code ${exitCode}${signal}`
    return {cause: said === undefined ? status : `${status}: ${said.trim()}`, lastLines}
  }

  async #checkPostgresVolume(): Promise<void> {
    const {images} = this.#settings
    const isKnown = this.#files.readNote('postgres-image') === images.postgres
    if (!isKnown && (await this.hasData('postgres'))) {
      await refuseOtherVersion(this.#settings, await this.#engine.client())
    }
    await this.#files.writeNote('postgres-image', images.postgres)
  }

  async #healPassword(): Promise<void> {
    const password = (await this.#settings.secrets.ensure('postgres.admin')).reveal()
    const fingerprint = createHash('sha256').update(`mitra ${password}`).digest('hex')
    if (this.#files.readNote('postgres-password') === fingerprint) return
    const containers = await this.#engine.containers()
    const postgres = containers.find((container) => container.service === 'postgres')
    if (postgres !== undefined) await healPassword(this.#engine, postgres.id, password)
    await this.#files.writeNote('postgres-password', fingerprint)
  }
}

function addressOf(name: ServiceName, {ports, databaseName}: StackSettings) {
  const addresses = {
    postgres: {
      port: ports.postgres,
      url: `postgresql://127.0.0.1:${ports.postgres}/${databaseName}`,
    },
    redis: {port: ports.redis, url: `redis://127.0.0.1:${ports.redis}`},
    'object-store': {port: ports.objectStore, url: `http://127.0.0.1:${ports.objectStore}`},
    nginx: {port: ports.nginx, url: `http://127.0.0.1:${ports.nginx}`},
  }
  return addresses[name]
}

function tagOf(image: string): string | undefined {
  return /:([\w.-]+)$/.exec(image)?.[1]
}

function serviceError(service: ServiceName, cause: string, lines: readonly string[]): MitraError {
  return new MitraError('notReady', 'SERVICE_FAILED', `${service} failed: ${cause}.`, {
    hints: [...lines, `mitra logs ${service}`, `mitra up ${service}`],
  })
}

function oneError(reasons: readonly unknown[]): unknown {
  const known = reasons.filter((reason) => reason instanceof MitraError)
  if (known.length !== reasons.length || known.length === 1) return reasons[0]
  const message = known.map((error) => error.message).join(' ')
  return new MitraError('notReady', 'SERVICE_FAILED', message, {
    hints: known.flatMap((error) => error.hints),
  })
}
