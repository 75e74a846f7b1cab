import {existsSync, readdirSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
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
import {HostSockets} from '../sockets/ports.js'
import {failedService, failureOf, serviceFailed, type ServiceFailure} from './failure.js'
import {openLog, startKept, stopKept, untilSpoken} from './keeper.js'
import {followLogs, lastLines, sizeOfLog} from './log-files.js'
import {memoryOf, parentsOfAll} from './memory.js'
import {nginxProgram, writeNginxFiles} from './nginx.js'
import {objectStoreProgram} from './object-store.js'
import {makeOwned, nativePlace, type NativePlace} from './place.js'
import {postgresProgram} from './postgres.js'
import type {Program} from './program.js'
import {redisProgram} from './redis.js'
import {readRecorded, register, type Recorded} from './registry.js'
import {RuntimeChoice} from './runtimes.js'
import {sizeOfFolder} from './size.js'

const programs: Readonly<Record<ServiceName, Program>> = {
  postgres: postgresProgram,
  redis: redisProgram,
  'object-store': objectStoreProgram,
  nginx: nginxProgram,
}

/** The services as plain processes, each under a keeper of its own (see keeper-script.ts). */
export class NativeStack implements Stack {
  readonly engine = 'native'
  readonly #settings: StackSettings
  readonly #place: NativePlace
  readonly #runtimes: RuntimeChoice

  constructor(settings: StackSettings) {
    this.#settings = settings
    this.#place = nativePlace(settings)
    this.#runtimes = new RuntimeChoice(settings)
  }

  async states(): Promise<ReadonlyMap<ServiceName, ServiceStatus>> {
    const parents = parentsOfAll()
    const all = await Promise.all(serviceNames.map((name) => this.#status(name, parents)))
    return new Map(all.map((status) => [status.name, status]))
  }

  async prepared(services: readonly ServiceName[]): Promise<readonly Prepared[]> {
    return Promise.all(
      services.map(async (service) => {
        const runtime = await this.#runtimes.find(service)
        if (runtime === undefined)
          return {service, state: 'missing' as const, source: wayOf(service), hints: []}
        const source = `${runtime.kind} ${runtime.version} (${runtime.from})`
        return {service, state: 'ready' as const, source, hints: []}
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
    makeOwned(dirname(this.#place.run('postgres')), this.#place.account)
    const results = await Promise.allSettled(
      services.map(async (service) => {
        await this.#start(service)
        await onHealthy(service)
      }),
    )
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    )
    if (reasons.length > 0) throw serviceFailed(reasons)
  }

  async down(services: readonly ServiceName[]): Promise<void> {
    if (!existsSync(dirname(this.#place.run('postgres')))) return
    await Promise.all(
      services.map((service) =>
        this.#alone(service, 'stop', () => stopKept(this.#place.run(service))),
      ),
    )
  }

  async *logs(
    services: readonly ServiceName[],
    {tail, follow, signal}: {tail: number; follow: boolean; signal?: AbortSignal},
  ): AsyncIterable<LogLine> {
    const files = new Map(services.map((service) => [service, this.#place.log(service)]))
    for (const [service, path] of files) {
      for (const text of lastLines(path, tail)) yield {service, text}
    }
    if (follow) yield* followLogs(files, signal)
  }

  async reloadProxy(): Promise<void> {
    const {pid} = readRecorded(this.#place.run('nginx'))
    if (pid === undefined) return
    await writeNginxFiles(this.#settings, this.#place)
    process.kill(pid, 'SIGHUP')
  }

  async hasData(service: ServiceName): Promise<boolean> {
    return existsSync(this.#place.data(service))
  }

  async trashed() {
    return this.#generations()
      .filter((generation) => generation !== this.#settings.generation)
      .map((generation) => ({generation, bytes: sizeOfFolder(this.#folderOf(generation))}))
  }

  async purge(generation: Generation): Promise<void> {
    if (generation === this.#settings.generation) {
      throw new MitraError('refused', 'SET_IN_USE', `Set ${generation} is in use.`, {hints: []})
    }
    rmSync(this.#folderOf(generation), {recursive: true, force: true})
  }

  #folderOf(generation: Generation): string {
    return join(this.#place.generations, `g${generation}`)
  }

  #generations(): readonly Generation[] {
    try {
      const names = readdirSync(this.#place.generations)
      return names.filter((name) => /^g\d+$/.test(name)).map((name) => Number(name.slice(1)))
    } catch {
      return []
    }
  }

  async #prepareOne(service: ServiceName, onProgress: (note: string) => void): Promise<Prepared> {
    try {
      const runtime = await this.#runtimes.obtain(service, onProgress)
      const source = `${runtime.kind} ${runtime.version} (${runtime.from})`
      return {service, state: 'ready', source, hints: []}
    } catch (error) {
      if (!(error instanceof MitraError) || error.kind !== 'notReady') throw error
      return {service, state: 'missing', source: error.message, hints: error.hints}
    }
  }

  async #status(
    name: ServiceName,
    parents: ReturnType<typeof parentsOfAll>,
  ): Promise<ServiceStatus> {
    const program = programs[name]
    const {registered, pid, isStarting} = readRecorded(this.#place.run(name))
    const runtime = registered ?? this.#runtimes.kept(name)
    const common = {
      name,
      kind: runtime?.kind ?? name,
      url: program.url(this.#settings),
      port: program.port(this.#settings),
      version: runtime?.version,
      memoryBytes: pid === undefined ? undefined : memoryOf(pid, parents),
      failure: undefined,
    }
    if (registered === undefined) return {...common, state: 'stopped'}
    if (isStarting) return {...common, state: 'starting'}
    if (pid === undefined) return {...common, state: 'failed', failure: this.#failure(name)}
    const isHealthy = await program.isHealthy(this.#settings, pid, registered.folder)
    return {...common, state: isHealthy ? 'healthy' : 'starting'}
  }

  /** One process at a time starts or stops a service; a lock that dies with its holder. */
  async #alone<T>(service: ServiceName, purpose: string, work: () => Promise<T>): Promise<T> {
    const folder = join(this.#settings.layout.state, 'locks')
    const waitMs = this.#settings.startTimeoutMs
    const lock = await acquireLock(folder, service, {purpose: `${purpose} ${service}`, waitMs})
    try {
      return await work()
    } finally {
      await lock.release()
    }
  }

  async #start(service: ServiceName): Promise<void> {
    const wasRunning = await this.#ensureRunning(service)
    try {
      await this.#untilHealthy(service)
    } catch (error) {
      // What was just being killed when we looked is started after all.
      const isGone = readRecorded(this.#place.run(service)).pid === undefined
      if (!wasRunning || !isGone) throw error
      await this.#ensureRunning(service)
      await this.#untilHealthy(service)
    }
  }

  /** True when it ran already. */
  #ensureRunning(service: ServiceName): Promise<boolean> {
    return this.#alone(service, 'start', async () => {
      const base = this.#place.run(service)
      await untilSpoken(base)
      const before = readRecorded(base)
      if (this.#isAsWanted(service, before)) return true
      // What is left of an earlier start is cleared before this one begins.
      if (before.registered !== undefined || before.isPidFileThere) await stopKept(base)
      await this.#launch(service, base)
      return false
    })
  }

  // Runs, has somebody who cleans up after it, on this port and with these data.
  #isAsWanted(service: ServiceName, {registered, pid, isKept}: Recorded): boolean {
    const port = programs[service].port(this.#settings)
    const {generation} = this.#settings
    const isSame = registered?.port === port && registered.generation === generation
    return pid !== undefined && isKept && isSame
  }

  async #launch(service: ServiceName, base: string): Promise<void> {
    const program = programs[service]
    const port = program.port(this.#settings)
    await this.#requireFree(service, port)
    const runtime = await this.#runtimes.obtain(service, () => undefined)
    const launch = await program.launch({settings: this.#settings, place: this.#place, runtime})
    const log = openLog(service, this.#place)
    register(base, {
      kind: runtime.kind,
      version: runtime.version,
      port,
      generation: this.#settings.generation,
      folder: launch.folder,
      stopSignal: launch.stopSignal,
      startedAt: new Date().toISOString(),
      logFrom: sizeOfLog(this.#place.log(service)),
    })
    startKept(service, {launch, runtime, place: this.#place, log})
    await untilSpoken(base)
  }

  // Nginx tries a taken port for two seconds before it says so.
  async #requireFree(service: ServiceName, port: number): Promise<void> {
    const sockets = new HostSockets()
    if (await sockets.isPortFree(port)) return
    const {pid, command} = (await sockets.portHolder(port)) ?? {}
    const holder = command === undefined ? 'another program' : `${command} (pid ${pid})`
    const cause = `port ${port} is taken by ${holder}`
    throw failedService(service, {cause, lastLines: []}, [`End ${holder}, or choose another port.`])
  }

  async #untilHealthy(service: ServiceName): Promise<void> {
    const program = programs[service]
    const base = this.#place.run(service)
    const until = Date.now() + this.#settings.startTimeoutMs
    while (Date.now() < until) {
      const {registered, pid, exitCode, isStarting, isKept} = readRecorded(base)
      // Without its process it is about to have one, or about to have an exit code, or lost.
      const isLost = pid === undefined && !isStarting && !isKept
      if (exitCode !== undefined || isLost) throw failedService(service, this.#failure(service))
      const folder = registered?.folder ?? ''
      if (pid !== undefined && (await program.isHealthy(this.#settings, pid, folder))) return
      await sleep(20)
    }
    const seconds = this.#settings.startTimeoutMs / 1000
    const {lastLines: lines} = this.#failure(service)
    const cause = `it did not answer within ${seconds} s`
    throw failedService(service, {cause, lastLines: lines})
  }

  #failure(service: ServiceName): ServiceFailure {
    const {exitCode, registered} = readRecorded(this.#place.run(service))
    return failureOf(exitCode, lastLines(this.#place.log(service), 20, registered?.logFrom))
  }
}

function wayOf(service: ServiceName): string {
  return service === 'object-store' ? 'an S3 server' : service
}
