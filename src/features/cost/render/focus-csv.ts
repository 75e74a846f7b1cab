import type {CostLedger, CostLine, DayWindow} from '../../../ports/costs.js'
import {addDays, monthOf} from '../calendar.js'
import {linesOf} from '../report/month-sums.js'
import {recordClass, type RecordClass} from '../report/record-types.js'
import {csvLine} from './csv.js'

/** FOCUS has five categories; what else a bill knows stays in x_RecordType. */
const categories: Readonly<Record<RecordClass, string>> = {
  usage: 'Usage',
  support: 'Purchase',
  commitment: 'Purchase',
  fee: 'Purchase',
  other: 'Usage',
  tax: 'Tax',
  credit: 'Credit',
  refund: 'Adjustment',
}

const columns: readonly (readonly [string, (line: CostLine) => string])[] = [
  ['BilledCost', ({billed}) => picoText(billed)],
  ['BillingCurrency', ({currency}) => currency],
  ['BillingPeriodEnd', ({day}) => midnight(monthOf(day).end)],
  ['BillingPeriodStart', ({day}) => midnight(monthOf(day).start)],
  ['ChargeCategory', ({recordType}) => categories[recordClass(recordType)]],
  ['ChargeClass', ({recordType}) => (recordClass(recordType) === 'refund' ? 'Correction' : '')],
  ['ChargeDescription', ({usageType, recordType}) => usageType ?? recordType],
  ['ChargePeriodEnd', ({day}) => midnight(addDays(day, 1))],
  ['ChargePeriodStart', ({day}) => midnight(day)],
  ['ContractedCost', ({billed}) => picoText(billed)],
  ['EffectiveCost', ({amortized}) => picoText(amortized)],
  ['InvoiceIssuerName', () => 'Amazon Web Services'],
  ['ProviderName', () => 'AWS'],
  ['PublisherName', () => 'Amazon Web Services'],
  ['RegionId', ({region}) => region ?? ''],
  ['ServiceName', ({service}) => service],
  ['x_RecordType', ({recordType}) => recordType],
  ['x_UsageType', ({usageType}) => usageType ?? ''],
]

/**
 * The lines behind a report in the FOCUS format, in the currency of the bill and to the last of its
 * digits; `mitra cost report --from` reads it and comes to the same total.
 */
export function focusCsv(ledger: CostLedger, window: DayWindow): string {
  const names = columns.map(([name]) => name)
  const rows = linesOf(ledger, window).map((line) => columns.map(([, valueOf]) => valueOf(line)))
  return `${[names, ...rows].map(csvLine).join('\n')}\n`
}

function midnight(day: string): string {
  return `${day}T00:00:00Z`
}

/** An exact decimal without zeros at its end. */
function picoText(pico: bigint): string {
  const digits = (pico < 0n ? -pico : pico).toString().padStart(13, '0')
  const fraction = digits.slice(-12).replace(/0+$/, '')
  const whole = digits.slice(0, -12)
  return `${pico < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
