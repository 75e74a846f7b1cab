import {MitraError} from '../../errors.js'

/** Where in a row each value lies; undefined where the export has no such column. */
export interface FocusColumns {
  readonly billedCost: number
  readonly effectiveCost: number
  readonly currency: number
  readonly category: number
  readonly chargeClass: number | undefined
  readonly periodStart: number
  readonly periodEnd: number
  readonly service: number
  readonly region: number | undefined
  readonly usageType: number | undefined
  /** The usage types are those of AWS, not descriptions or codes. */
  readonly hasAwsUsageTypes: boolean
  readonly width: number
}

const needed = {
  billedCost: 'BilledCost',
  effectiveCost: 'EffectiveCost',
  currency: 'BillingCurrency',
  category: 'ChargeCategory',
  periodStart: 'ChargePeriodStart',
  periodEnd: 'ChargePeriodEnd',
  service: 'ServiceName',
} as const

/** The first that is there. SkuMeter is FOCUS 1.1's own name for what AWS calls the usage type. */
const usageTypeNames = ['x_UsageType', 'SkuMeter', 'ChargeDescription', 'SkuId']

/**
 * Finds the columns by name, in any order and among any others, as FOCUS 1.0 to 1.2 call them; query
 * engines that write names in lower case are understood. Throws FOCUS_COLUMNS.
 */
export function focusColumns(header: readonly string[], file: string): FocusColumns {
  const spellings = header.map(spelling)
  const places = new Map(spellings.map((name, index) => [name, index]))
  const missing = Object.values(needed).filter((name) => !places.has(spelling(name)))
  if (missing.length > 0) throw badHeader(file, `there is no column ${missing.join(', ')}`)
  const twice = header.find((name, index) => places.get(spelling(name)) !== index)
  if (twice !== undefined) throw badHeader(file, `the column ${twice} is there twice`)
  const at = (name: string) => places.get(spelling(name))
  const found = Object.entries(needed).map(([key, name]) => [key, at(name)])
  const usageType = usageTypeNames.map(at).find((place) => place !== undefined)
  return {
    // Each of them is there, as was seen above.
    ...(Object.fromEntries(found) as Record<keyof typeof needed, number>),
    chargeClass: at('ChargeClass'),
    region: at('RegionId') ?? at('RegionName'),
    usageType,
    hasAwsUsageTypes: at('x_UsageType') !== undefined,
    width: header.length,
  }
}

function spelling(name: string): string {
  return name.trim().replaceAll('_', '').toLowerCase()
}

function badHeader(file: string, what: string): MitraError {
  return new MitraError('notReady', 'FOCUS_COLUMNS', `${file}:1: ${what}.`, {
    hints: [
      'mitra reads cost exports in the FOCUS format, 1.0 to 1.2, as CSV with a line of column names.',
      'In AWS: Data Exports, "FOCUS with AWS columns", text/csv with gzip.',
    ],
  })
}
