import {CostExplorerPages} from '../../../src/adapters/cost-explorer/cost-explorer.js'
import {FileCostStore} from '../../../src/adapters/cost-store/file-cost-store.js'
import {StoredCostSource} from '../../../src/features/cost/fetch.js'
import {monthToDate} from '../../../src/features/cost/window.js'

/** One report of one cron: `ask-process.ts FOLDER ENDPOINT NOW CAP`. Prints what it spent and knows. */
const [folder = '', endpoint = '', now = '', cap = '1'] = process.argv.slice(2)

const source = new StoredCostSource({
  pages: async () =>
    new CostExplorerPages({region: 'us-east-1', endpoint, profile: undefined, timeoutMs: 30_000}),
  store: new FileCostStore(folder, {waitMs: 120_000}),
  clock: {now: () => new Date(now), sleep: async () => undefined},
  cap: Number(cap),
  warmHours: 0,
  account: undefined,
})
const {spent, degraded, lines} = await source.ledger(monthToDate(new Date(now)))
const billed = lines.reduce((sum, line) => sum + line.billed, 0n)
process.stdout.write(
  `${JSON.stringify({requests: spent.requests, code: degraded?.code, billed: billed.toString()})}\n`,
)
