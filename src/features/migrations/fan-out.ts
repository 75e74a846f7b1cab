import {codeOf} from '../../errors.js'
import type {Clock} from '../../ports/clock.js'
import type {Database, Session} from '../../ports/database.js'
import type {Failures} from './failures.js'
import type {TenantRecord} from './state.js'

export interface FanOutTools {
  readonly database: Database
  readonly clock: Clock
  /** Tenants side by side. */
  readonly connections: number
  /** Ends the run at so many failures; the rest is not begun. */
  readonly maxFailures?: number | undefined
}

interface FanOut {
  readonly tenants: readonly TenantRecord[]
  readonly work: (session: Session, tenant: TenantRecord) => Promise<void>
  /** Called as each tenant is over, well or not. */
  readonly onOver: (counts: Counts) => void
  /** Collects what went wrong, over several of these. */
  readonly failures: Failures
}

export interface Counts {
  readonly done: number
  readonly failed: number
}

export interface FannedOut {
  readonly done: number
  /** Ids of those that failed. */
  readonly failed: ReadonlySet<string>
  /** Those that were not begun, or that the server's end cut off. */
  readonly left: number
  /** The server went away and did not come back. */
  readonly gone: unknown
}

// A backend keeps about a megabyte of catalogue per tenant it has touched.
const tenantsPerConnection = 200
const mostTries = 3

/**
 * The tenants side by side over a few connections. One that fails does not stop the rest; a server that
 * goes away is waited for once, and when it does not come back all of them stop.
 */
export async function fanOut(job: FanOut, tools: FanOutTools): Promise<FannedOut> {
  const state = new FanOutState(job, tools)
  const workers = Math.min(tools.connections, job.tenants.length)
  await Promise.all(Array.from({length: workers}, () => new Worker(state, tools).run()))
  return state.result()
}

class FanOutState {
  readonly job: FanOut
  readonly #tools: FanOutTools
  readonly #failed = new Set<string>()
  #next = 0
  #done = 0
  #gone: unknown
  #comingBack: Promise<boolean> | undefined

  constructor(job: FanOut, tools: FanOutTools) {
    this.job = job
    this.#tools = tools
  }

  /** The next tenant; undefined when there is none or no use in one. */
  take(): TenantRecord | undefined {
    const {maxFailures = Number.POSITIVE_INFINITY} = this.#tools
    if (this.#gone !== undefined || this.job.failures.count >= maxFailures) return undefined
    const tenant = this.job.tenants[this.#next]
    this.#next += 1
    return tenant
  }

  isDone(): void {
    this.#done += 1
    this.#tell()
  }

  hasFailed(tenant: TenantRecord, error: unknown): void {
    this.#failed.add(tenant.id)
    this.job.failures.add(tenant.name, error, [tenant.schema, tenant.login, tenant.id])
    this.#tell()
  }

  /** All workers wait for the same server together. */
  async isBack(error: unknown): Promise<boolean> {
    if (this.#gone !== undefined) return false
    this.#comingBack ??= this.#await(error).finally(() => {
      this.#comingBack = undefined
    })
    return this.#comingBack
  }

  result(): FannedOut {
    const left = this.job.tenants.length - this.#done - this.#failed.size
    return {done: this.#done, failed: this.#failed, left, gone: this.#gone}
  }

  async #await(error: unknown): Promise<boolean> {
    const {database, clock} = this.#tools
    const untilMs = clock.now().getTime() + 10_000
    let last = error
    while (isLost(last) && clock.now().getTime() < untilMs) {
      try {
        await (await database.connect({role: 'migrator'})).close()
        return true
      } catch (refused) {
        last = refused
        await clock.sleep(150 + Math.random() * 200)
      }
    }
    this.#gone = last
    return false
  }

  #tell(): void {
    this.job.onOver({done: this.#done, failed: this.#failed.size})
  }
}

class Worker {
  readonly #state: FanOutState
  readonly #tools: FanOutTools
  #session: Session | undefined
  #served = 0

  constructor(state: FanOutState, tools: FanOutTools) {
    this.#state = state
    this.#tools = tools
  }

  async run(): Promise<void> {
    try {
      for (;;) {
        const tenant = this.#state.take()
        if (tenant === undefined) return
        if (!(await this.#serve(tenant))) return
      }
    } finally {
      await this.#leave()
    }
  }

  /** False when there is no server to go on with. */
  async #serve(tenant: TenantRecord): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#state.job.work(await this.#open(), tenant)
        this.#state.isDone()
        return true
      } catch (error) {
        if (!isLost(error)) {
          this.#state.hasFailed(tenant, error)
          return true
        }
        await this.#leave()
        if (!(await this.#state.isBack(error))) return false
        // What cuts its own connection again and again is not the server going away.
        if (tries < mostTries) continue
        this.#state.hasFailed(tenant, error)
        return true
      }
    }
  }

  async #open(): Promise<Session> {
    if (this.#served >= tenantsPerConnection) await this.#leave()
    this.#session ??= await this.#tools.database.connect({role: 'migrator'})
    this.#served += 1
    return this.#session
  }

  async #leave(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    this.#served = 0
    await session?.close()
  }
}

const lost = new Set(['CONNECTION_LOST', 'DATABASE_DOWN', '57P01', '57P02', '57P03', '53300'])

/** The connection is gone or cannot be had, whatever was sent over it. */
function isLost(error: unknown): boolean {
  return lost.has(codeOf(error) ?? '')
}
