import {MitraError} from '../errors.js'
import type {ObservedBill} from '../features/cost/project/projection.js'
import {readBill, type BillWish} from './bill.js'
import type {Tools} from './tools.js'

interface FoundBill {
  readonly bill: ObservedBill | undefined
  /** Why there is none. */
  readonly why: string | null
}

/** The bill that a model can be corrected by, of so many users; a request is never paid for it. */
export async function billToCorrectBy(
  tools: Tools,
  wish: BillWish,
  users: number,
): Promise<FoundBill> {
  const isNamed = wish.from !== undefined || wish.sample === true
  const {config} = await tools.prospect()
  const isKept = !isNamed && config.values['cost.export'] === ''
  try {
    const {ledger, asOf} = await readBill(tools, {...wish, 'no-fetch': isKept})
    return {bill: {ledger, asOf, users}, why: null}
  } catch (error) {
    // Without any bill there is still a model; one that was named has to be readable.
    const isMissing = error instanceof MitraError && error.kind === 'notReady'
    if (isNamed || !isMissing) throw error
    const why = 'none is kept here; mitra cost report gets one, --from names an export.'
    return {bill: undefined, why}
  }
}
