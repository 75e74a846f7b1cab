import {existsSync, readdirSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
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
import {serviceFailed} from './failure.js'
import {openLog, startKept} from './keeper.js'
import {failureOfKept, startUntilHealthy, stopAlone, type KeptProcess} from './kept-process.js'
import {followLogs, lastLines, sizeOfLog} from './log-files.js'
import {memoryOf, parentsOfAll} from './memory.js'
import {nginxProgram, writeNginxFiles} from './nginx.js'
import {objectStoreProgram} from './object-store.js'
import {makeOwned, nativePlace, type NativePlace} from './place.js'
import {plannedWork} from './planned-work.js'
import {forgetApplied, postgresProgram} from './postgres.js'
import type {Program} from './program.js'
import {redisProgram} from './redis.js'
import {readRecorded, register} from './registry.js'
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
        const work = await plannedWork(service, this.#settings, this.#place)
        if (runtime === undefined)
          return {service, state: 'missing' as const, source: wayOf(service), hints: [], work}
        const source = `${runtime.kind} ${runtime.version} (${runtime.from})`
        return {service, state: 'ready' as const, source, hints: [], work}
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
        await startUntilHealthy(this.#kept(service))
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
    await Promise.all(services.map((service) => stopAlone(this.#kept(service))))
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

  async forgetPassword(): Promise<void> {
    forgetApplied(this.#place.data('postgres'))
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
    if (pid === undefined)
      return {...common, state: 'failed', failure: failureOfKept(this.#kept(name))}
    const isHealthy = await program.isHealthy(this.#settings, pid, registered.folder)
    return {...common, state: isHealthy ? 'healthy' : 'starting'}
  }

  #kept(service: ServiceName): KeptProcess {
    const program = programs[service]
    const port = program.port(this.#settings)
    const {generation, layout, startTimeoutMs: timeoutMs} = this.#settings
    return {
      name: service,
      base: this.#place.run(service),
      log: this.#place.log(service),
      locks: join(layout.state, 'locks'),
      port,
      timeoutMs,
      // On this port and with these data.
      isSame: (registered) => registered.port === port && registered.generation === generation,
      isHealthy: (pid, folder) => program.isHealthy(this.#settings, pid, folder),
      launch: () => this.#launch(service),
    }
  }

  async #launch(service: ServiceName): Promise<void> {
    const runtime = await this.#runtimes.obtain(service, () => undefined)
    const place = this.#place
    const launch = await programs[service].launch({settings: this.#settings, place, runtime})
    const log = openLog(service, place)
    register(place.run(service), {
      kind: runtime.kind,
      version: runtime.version,
      port: programs[service].port(this.#settings),
      generation: this.#settings.generation,
      folder: launch.folder,
      stopSignal: launch.stopSignal,
      startedAt: new Date().toISOString(),
      logFrom: sizeOfLog(place.log(service)),
    })
    startKept(service, {launch, runtime, place, log})
  }
}

function wayOf(service: ServiceName): string {
  return service === 'object-store' ? 'an S3 server' : service
}
