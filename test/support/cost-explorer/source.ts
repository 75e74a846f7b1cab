import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {CostExplorerPages} from '../../../src/adapters/cost-explorer/cost-explorer.js'
import {FileCostStore} from '../../../src/adapters/cost-store/file-cost-store.js'
import {StoredCostSource} from '../../../src/features/cost/fetch.js'
import type {CostLedger} from '../../../src/ports/costs.js'
import {CostExplorerStandIn} from './stand-in.js'
import type {Bill} from './bill.js'

interface SourceOptions {
  readonly cap?: number
  readonly warmHours?: number
  readonly account?: string
  readonly timeoutMs?: number
}

/** The real source and the real store in a folder of their own, before the stand-in, at a set time. */
export class SourceBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'mitra-costs-'))
  readonly standIn: CostExplorerStandIn
  now: Date
  /** How long was waited between attempts, in all. */
  sleptMs = 0
  readonly #environment = {...process.env}

  constructor(bill: Bill, now: string) {
    this.now = new Date(now)
    this.standIn = new CostExplorerStandIn({bill, now: () => this.now})
  }

  async start(): Promise<this> {
    await this.standIn.start()
    Object.assign(process.env, this.standIn.environment)
    return this
  }

  /** Throws when a question or an answer was not as the SDK's model has it. */
  async stop(): Promise<void> {
    for (const name of Object.keys(this.standIn.environment)) delete process.env[name]
    await this.standIn.stop()
    Object.assign(process.env, this.#environment)
    rmSync(this.folder, {recursive: true, force: true})
    const {problems} = this.standIn
    if (problems.length > 0) throw new Error(`Not as the SDK has it: ${problems.join('; ')}`)
  }

  /** As one command would open it. */
  source({cap = 100, warmHours = 20, account, timeoutMs = 20_000}: SourceOptions = {}) {
    const place = {region: 'us-east-1', endpoint: this.standIn.url, profile: undefined, timeoutMs}
    return new StoredCostSource({
      pages: async () => new CostExplorerPages(place),
      store: this.store(),
      clock: {
        now: () => this.now,
        sleep: async (ms) => void (this.sleptMs += ms),
      },
      cap,
      warmHours,
      account,
    })
  }

  store(): FileCostStore {
    return new FileCostStore(join(this.folder, 'store'))
  }

  later(hours: number): void {
    this.now = new Date(this.now.getTime() + hours * 3_600_000)
  }
}

/** What the lines of a ledger come to. */
export function totalsOf({lines}: CostLedger) {
  return {
    billed: lines.reduce((sum, line) => sum + line.billed, 0n),
    amortized: lines.reduce((sum, line) => sum + line.amortized, 0n),
  }
}
