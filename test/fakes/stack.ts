import {MitraError} from '../../src/errors.js'
import type {
  Generation,
  LogLine,
  Prepared,
  ServiceName,
  ServiceStatus,
  Stack,
} from '../../src/ports/stack.js'
import {serviceNames} from '../../src/ports/stack.js'

const portOf: Readonly<Record<ServiceName, number>> = {
  postgres: 5432,
  redis: 6379,
  'object-store': 9000,
  nginx: 8080,
}

/** The machine that fake stacks run on; several stacks opened on one see the same. */
export class FakeMachine {
  readonly running = new Set<ServiceName>()
  readonly failed = new Map<ServiceName, string>()
  /** Starts of these fail, with this cause. */
  readonly obstructed = new Map<ServiceName, string>()
  /** These cannot be had at all. */
  readonly unobtainable = new Set<ServiceName>()
  readonly present = new Set<ServiceName>()
  readonly log: LogLine[] = []
  readonly data = new Map<Generation, Set<ServiceName>>()
  reloads = 0

  kill(service: ServiceName): void {
    if (!this.running.delete(service)) return
    this.failed.set(service, 'it was ended by signal 9')
  }
}

/** Services that are records in memory: started ones are healthy until they are killed or stopped. */
export class FakeStack implements Stack {
  readonly engine
  readonly machine: FakeMachine
  readonly #generation: Generation

  constructor({
    machine = new FakeMachine(),
    generation = 1,
    engine = 'native',
  }: {machine?: FakeMachine; generation?: Generation; engine?: 'docker' | 'native'} = {}) {
    this.machine = machine
    this.engine = engine
    this.#generation = generation
  }

  async states(): Promise<ReadonlyMap<ServiceName, ServiceStatus>> {
    return new Map(serviceNames.map((name) => [name, this.#status(name)]))
  }

  async prepare(
    services: readonly ServiceName[],
    onProgress: (note: string) => void,
  ): Promise<readonly Prepared[]> {
    for (const service of services.filter((name) => !this.machine.unobtainable.has(name))) {
      if (!this.machine.present.has(service)) onProgress(`gets ${service}`)
      this.machine.present.add(service)
    }
    return this.prepared(services)
  }

  async prepared(services: readonly ServiceName[]): Promise<readonly Prepared[]> {
    return services.map((service) =>
      this.machine.present.has(service)
        ? {service, state: 'ready', source: `${service} 1.0 (fake)`, hints: []}
        : {service, state: 'missing', source: service, hints: [`Get ${service}.`]},
    )
  }

  async up(
    services: readonly ServiceName[],
    onHealthy: (service: ServiceName) => Promise<void>,
  ): Promise<void> {
    const causes: string[] = []
    for (const service of services) {
      const cause = this.#start(service)
      if (cause === undefined) await onHealthy(service)
      else causes.push(`${service} failed: ${cause}.`)
    }
    if (causes.length > 0) {
      const hints = ['mitra logs']
      throw new MitraError('notReady', 'SERVICE_FAILED', causes.join(' '), {hints})
    }
  }

  async down(services: readonly ServiceName[]): Promise<void> {
    for (const service of services) {
      if (this.machine.running.delete(service)) this.#say(service, 'stopped')
      this.machine.failed.delete(service)
    }
  }

  async *logs(
    services: readonly ServiceName[],
    {tail, follow, signal}: {tail: number; follow: boolean; signal?: AbortSignal},
  ): AsyncIterable<LogLine> {
    const {log} = this.machine
    const wanted = (line: LogLine) => services.includes(line.service)
    let next = log.length
    if (tail > 0) yield* log.filter(wanted).slice(-tail)
    while (follow && signal?.aborted !== true) {
      const line = log[next]
      if (line === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
      else next += 1
      if (line !== undefined && wanted(line)) yield line
    }
  }

  async forgetPassword(): Promise<void> {}

  async hasData(service: ServiceName): Promise<boolean> {
    return this.machine.data.get(this.#generation)?.has(service) ?? false
  }

  async reloadProxy(): Promise<void> {
    if (this.machine.running.has('nginx')) this.machine.reloads += 1
  }

  async trashed() {
    return [...this.machine.data]
      .filter(([generation]) => generation !== this.#generation)
      .map(([generation, services]) => ({generation, bytes: services.size * 1000}))
  }

  async purge(generation: Generation): Promise<void> {
    if (generation === this.#generation) {
      throw new MitraError('refused', 'SET_IN_USE', `Set ${generation} is in use.`)
    }
    this.machine.data.delete(generation)
  }

  #start(service: ServiceName): string | undefined {
    if (this.machine.running.has(service)) return undefined
    const cause = this.machine.obstructed.get(service)
    if (cause !== undefined) {
      this.machine.failed.set(service, cause)
      return cause
    }
    this.machine.failed.delete(service)
    this.machine.running.add(service)
    this.#keep(service)
    this.#say(service, 'ready')
    return undefined
  }

  #keep(service: ServiceName): void {
    const kept = this.machine.data.get(this.#generation) ?? new Set()
    this.machine.data.set(this.#generation, kept.add(service))
  }

  #say(service: ServiceName, text: string): void {
    this.machine.log.push({service, text})
  }

  #status(name: ServiceName): ServiceStatus {
    const cause = this.machine.failed.get(name)
    const isRunning = this.machine.running.has(name)
    const port = portOf[name]
    return {
      name,
      kind: name,
      state: isRunning ? 'healthy' : cause === undefined ? 'stopped' : 'failed',
      url: `http://127.0.0.1:${port}`,
      port,
      memoryBytes: isRunning ? 10_000_000 : undefined,
      version: '1.0',
      failure: cause === undefined ? undefined : {cause, lastLines: []},
    }
  }
}
