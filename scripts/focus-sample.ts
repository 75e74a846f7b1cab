import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import Papa from 'papaparse'
import {meters, mumbai} from './focus-sample-meters.js'

/**
 * Makes config/samples/focus-sample.csv.gz, the export that `mitra cost report --sample` reads: four
 * months of a small insurance platform in Mumbai with a standby in Singapore. Nothing in it is chance:
 * the same text each time.
 */
const target = fileURLToPath(new URL('../config/samples/focus-sample.csv.gz', import.meta.url))

const dayMs = 86_400_000
const firstDay = Date.UTC(2026, 7, 1)
const lastDay = Date.UTC(2026, 10, 23)

/** From 16 November on the deployments pull their images through the NAT gateway. */
const leakFrom = Date.UTC(2026, 10, 16)
const leakFactor = 14
/** Of the last days the bill shows only a part yet: the last one, and the one before it. */
const shown = new Map([
  [lastDay, 0.38],
  [lastDay - dayMs, 0.9],
])
/** Sunday to Saturday, as agents work. */
const week = [0.62, 1.05, 1.06, 1.04, 1.05, 1.03, 0.9]
/** The credit pays a part of these until it is used up. */
const creditUntil = Date.UTC(2026, 10, 9)
const credited: Readonly<Record<string, number>> = {
  'Amazon Elastic Container Service': 0.35,
  'Amazon Relational Database Service': 0.35,
}
const taxRate = 0.18

/** A generator of numbers in [0, 1) that always begins alike (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Charge {
  readonly cost: number
  readonly category: string
  readonly chargeClass?: string
  readonly from: number
  readonly to: number
  readonly service: string
  readonly serviceCategory: string
  readonly region?: string
  readonly usageType?: string
  readonly quantity?: number
  readonly unit?: string
  readonly description: string
}

function usageCharges(): readonly Charge[] {
  const next = sequence(20_261_123)
  const days = Array.from(
    {length: (lastDay - firstDay) / dayMs + 1},
    (_, at) => firstDay + at * dayMs,
  )
  return days.flatMap((day) =>
    meters.map((one) => {
      const grown = one.start + (1 - one.start) * ((day - firstDay) / (leakFrom - firstDay))
      const ofWeek = 1 + one.weekly * ((week[new Date(day).getUTCDay()] ?? 1) - 1)
      const noise = 1 + one.noise * (next() + next() + next() - 1.5)
      const isLeak = one.usageType === 'APS3-NatGateway-Bytes' && day >= leakFrom
      const factor = grown * ofWeek * noise * (isLeak ? leakFactor : 1) * (shown.get(day) ?? 1)
      const quantity = Number(((one.perDay * factor) / one.price).toFixed(4))
      return {
        cost: quantity * one.price,
        category: 'Usage',
        from: day,
        to: day + dayMs,
        service: one.service,
        serviceCategory: one.category,
        region: one.region,
        usageType: one.usageType,
        quantity,
        unit: one.unit,
        description: one.description,
      }
    }),
  )
}

function creditCharges(usage: readonly Charge[]): readonly Charge[] {
  return byDayAndService(usage)
    .filter(([charge]) => credited[charge.service] !== undefined && charge.from < creditUntil)
    .map(([charge, sum]) => ({
      cost: -sum * (credited[charge.service] ?? 0),
      category: 'Credit',
      from: charge.from,
      to: charge.to,
      service: charge.service,
      serviceCategory: charge.serviceCategory,
      description: 'AWS Activate Founders credit',
    }))
}

const fees: readonly Charge[] = [
  ...[7, 8, 9, 10].map((month) => ({
    cost: 0.5,
    category: 'Usage',
    from: Date.UTC(2026, month, 1),
    to: Date.UTC(2026, month, 2),
    service: 'Amazon Route 53',
    serviceCategory: 'Networking',
    region: 'global',
    usageType: 'HostedZone',
    quantity: 1,
    unit: 'HostedZone',
    description: '$0.50 per hosted zone for the first 25 hosted zones',
  })),
  {
    cost: 15,
    category: 'Purchase',
    from: Date.UTC(2026, 8, 12),
    to: Date.UTC(2026, 8, 13),
    service: 'Amazon Registrar',
    serviceCategory: 'Networking',
    region: 'global',
    description: 'Renewal of agentmitra.com for a year',
  },
  {
    cost: -2.1,
    category: 'Adjustment',
    chargeClass: 'Correction',
    from: Date.UTC(2026, 10, 11),
    to: Date.UTC(2026, 10, 12),
    service: 'Amazon Relational Database Service',
    serviceCategory: 'Databases',
    region: mumbai,
    description: 'Refund of Aurora I/O billed twice in October',
  },
]

/** IGST on what each service came to in the month, credits taken off before. */
function taxCharges(charges: readonly Charge[]): readonly Charge[] {
  const sums = new Map<string, {charge: Charge; sum: number}>()
  for (const charge of charges) {
    const key = `${monthOf(charge.from)} ${charge.service}`
    const known = sums.get(key)
    sums.set(key, {charge, sum: (known?.sum ?? 0) + charge.cost})
  }
  return [...sums.values()].map(({charge, sum}) => ({
    cost: sum * taxRate,
    category: 'Tax',
    from: monthOf(charge.from),
    to: monthOf(charge.from, 1),
    service: charge.service,
    serviceCategory: charge.serviceCategory,
    description: 'IGST 18 %',
  }))
}

function byDayAndService(charges: readonly Charge[]): readonly (readonly [Charge, number])[] {
  const sums = new Map<string, [Charge, number]>()
  for (const charge of charges) {
    const key = `${charge.from} ${charge.service}`
    const known = sums.get(key)
    if (known === undefined) sums.set(key, [charge, charge.cost])
    else known[1] += charge.cost
  }
  return [...sums.values()]
}

function monthOf(time: number, later = 0): number {
  const day = new Date(time)
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + later, 1)
}

function asRow(charge: Charge): Readonly<Record<string, string>> {
  const cost = charge.cost.toFixed(10)
  return {
    BilledCost: cost,
    BillingAccountId: '123456789012',
    BillingCurrency: 'USD',
    BillingPeriodEnd: iso(monthOf(charge.from, 1)),
    BillingPeriodStart: iso(monthOf(charge.from)),
    ChargeCategory: charge.category,
    ChargeClass: charge.chargeClass ?? '',
    ChargeDescription: charge.description,
    ChargePeriodEnd: iso(charge.to),
    ChargePeriodStart: iso(charge.from),
    ConsumedQuantity: charge.quantity?.toFixed(4) ?? '',
    ConsumedUnit: charge.unit ?? '',
    EffectiveCost: cost,
    InvoiceIssuerName: 'Amazon Web Services India Private Limited',
    ProviderName: 'AWS',
    RegionId: charge.region ?? '',
    ServiceCategory: charge.serviceCategory,
    ServiceName: charge.service,
    x_UsageType: charge.usageType ?? '',
  }
}

function iso(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z')
}

const usage = usageCharges()
const charges = [...usage, ...creditCharges(usage), ...fees]
const all = [...charges, ...taxCharges(charges)].toSorted((a, b) => a.from - b.from)
const text = `${Papa.unparse(all.map(asRow), {newline: '\n'})}\n`
// Without a time in its head: the same bytes each time.
const packed = gzipSync(text, {level: 9})
packed.fill(0, 4, 8)
mkdirSync(dirname(target), {recursive: true})
writeFileSync(target, packed)
process.stdout.write(`${target}: ${all.length} charges, ${packed.length} bytes\n`)
