import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {FocusCostSource} from '../../../src/adapters/focus/focus-source.js'
import {LocalExport} from '../../../src/adapters/focus/local-export.js'
import type {CostLedger} from '../../../src/ports/costs.js'

export const always = {start: '2000-01-01', end: '2100-01-01'}

/** One charge; what is left out is an hour of Fargate. */
export type Charge = Readonly<Record<string, string | undefined>>

const usual: Charge = {
  BilledCost: '1.25',
  EffectiveCost: '1.25',
  BillingCurrency: 'USD',
  ChargeCategory: 'Usage',
  ChargeClass: '',
  ChargePeriodStart: '2026-11-03T05:00:00Z',
  ChargePeriodEnd: '2026-11-03T06:00:00Z',
  ServiceName: 'Amazon Elastic Container Service',
  RegionId: 'ap-south-1',
  x_UsageType: 'APS3-Fargate-vCPU-Hours:perCPU',
}

/** The text of an export: a line of names and a line for each charge. */
export function exportText(charges: readonly Charge[], columns = Object.keys(usual)): string {
  const rows = charges.map((charge) =>
    columns.map((name) => quoted({...usual, ...charge}[name] ?? '')).join(','),
  )
  return [columns.join(','), ...rows, ''].join('\n')
}

function quoted(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** A folder of exports that is removed at the end. */
export class ExportFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'mitra-focus-'))

  write(name: string, content: string | Uint8Array, modified?: string): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, content)
    if (modified !== undefined) utimesSync(path, new Date(modified), new Date(modified))
    return path
  }

  async ledger(place = this.path, currency?: string, window = always): Promise<CostLedger> {
    return new FocusCostSource({files: new LocalExport(place), place, currency}).ledger(window)
  }

  async ledgerOf(charges: readonly Charge[]): Promise<CostLedger> {
    return this.ledger(this.write('bill.csv', exportText(charges)))
  }

  remove(): void {
    rmSync(this.path, {recursive: true, force: true})
  }
}

/** `2026-11-03 1.25`: each line's day and what was billed on it. */
export function billedDays({lines}: CostLedger): readonly string[] {
  return lines.map(({day, billed}) => `${day} ${Number(billed) / 1e12}`)
}

export function amortizedDays({lines}: CostLedger): readonly string[] {
  return lines.map(({day, amortized}) => `${day} ${Number(amortized) / 1e12}`)
}
