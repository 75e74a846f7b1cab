import {Flags} from '@oclif/core'
import {MitraError} from '../errors.js'
import {addDays, utcDayOf} from '../features/cost/calendar.js'
import {knowableWindow} from '../features/cost/window.js'
import type {CostLedger, CostSource, UtcDay} from '../ports/costs.js'
import {shippedSample} from './open-costs.js'
import type {Tools} from './tools.js'

/** Which bill a cost command is about. */
export const billFlags = {
  from: Flags.string({
    summary: 'A FOCUS export instead of Cost Explorer: a file, a folder or s3://bucket/prefix.',
    helpValue: 'PLACE',
    exclusive: ['sample'],
  }),
  sample: Flags.boolean({
    summary: 'The export that mitra brings: how it looks, without an account.',
  }),
  currency: Flags.string({
    summary: 'The one currency to take of an export that holds several.',
    helpValue: 'USD',
  }),
  'no-fetch': Flags.boolean({
    summary: 'Ask nobody: take what is kept, however old it is.',
    exclusive: ['from', 'sample'],
  }),
}

export interface BillWish {
  readonly from?: string | undefined
  readonly sample?: boolean
  readonly currency?: string | undefined
  readonly 'no-fetch'?: boolean
}

export interface Bill {
  readonly source: CostSource
  readonly ledger: CostLedger
  /** The last day that there can be costs of. */
  readonly asOf: UtcDay
  /** It is the one that mitra brings, nobody's own. */
  readonly isSample: boolean
  /** Asking for more of it may have to be paid for. */
  readonly mayCost: boolean
}

/** Everything before it, and after. */
const always = {start: '2000-01-01', end: '2100-01-01'}

/** Reads the bill: the export that was named, by flag or setting, else Cost Explorer's. */
export async function readBill(tools: Tools, wish: BillWish): Promise<Bill> {
  const now = tools.clock().now()
  const isSample = wish.sample === true
  const exported = await exportedSource(tools, wish)
  if (exported === undefined) {
    const mayCost = wish['no-fetch'] !== true
    const source = await (mayCost ? tools.costSource() : tools.keptCosts())
    const ledger = await source.ledger(knowableWindow(now))
    return {source, ledger, asOf: utcDayOf(now), isSample, mayCost}
  }
  const ledger = await exported.ledger(always)
  const asOf = ledger.lines.length > 0 ? addDays(ledger.window.end, -1) : utcDayOf(now)
  return {source: exported, ledger, asOf, isSample, mayCost: false}
}

/** Undefined where Cost Explorer's bill is meant. */
async function exportedSource(tools: Tools, wish: BillWish): Promise<CostSource | undefined> {
  const {config} = await tools.prospect()
  const place = wish.sample === true ? shippedSample : (wish.from ?? config.values['cost.export'])
  const currency = checkedCurrency(wish.currency)
  if (place !== '' && wish['no-fetch'] !== true) return tools.exportedCosts({place, currency})
  if (currency !== undefined) throw currencyOfExports()
  return undefined
}

function checkedCurrency(text: string | undefined): string | undefined {
  if (text === undefined || /^[A-Z]{3}$/.test(text)) return text
  throw new MitraError('usage', 'CURRENCY', `${JSON.stringify(text)} is no currency code.`, {
    hints: ['Three capitals, such as INR or USD.'],
  })
}

function currencyOfExports(): MitraError {
  return new MitraError('usage', 'CURRENCY', '--currency chooses within an export.', {
    hints: ['Name the export with --from.', 'Rates are in cost/exchange-rates.yml.'],
  })
}
