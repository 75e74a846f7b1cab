import {TarArchives} from '../../src/adapters/archive/tar-archives.js'
import {DiskFiles} from '../../src/adapters/files/disk-files.js'
import {applyRetain} from '../../src/features/governance/retain-apply.js'
import {planRetain, type RetainPlan} from '../../src/features/governance/retain-plan.js'
import type {GovernedTenant} from '../../src/features/governance/tenant-work.js'
import type {RetentionRules} from '../../src/ports/retention-rules.js'
import {RecordedRun, silentProgress} from '../fakes/run.js'
import {shippedRules, type GovernedPlatform} from './governed.js'
import {realClock} from './platform.js'

export interface Retained {
  readonly plan: RetainPlan
  readonly run: RecordedRun
  readonly ids: readonly string[]
}

/** What `tenant retain` does, at a time that a test chooses. */
export async function retainAt(
  {database}: GovernedPlatform,
  tenants: readonly GovernedTenant[],
  {
    now,
    folder,
    rules = shippedRules(),
  }: {readonly now: Date; readonly folder: string; readonly rules?: RetentionRules},
): Promise<Retained> {
  const run = new RecordedRun()
  const parts = {database, rules, now, connections: 2}
  const plan = await planRetain(tenants, parts)
  const archives = new TarArchives()
  const files = new DiskFiles()
  const tools = {...parts, run, progress: silentProgress, clock: realClock, archives, files, folder}
  await applyRetain(plan, tools)
  return {plan, run, ids: plan.steps.map(({id}) => id)}
}

const today = new Date()

/** A time so many months from now, in the middle of its month. */
export function inMonths(months: number): Date {
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months, 15))
}

/** `audit_logs_2026_11`. */
export function monthName(table: string, at: Date): string {
  return `${table}_${at.toISOString().slice(0, 7).replace('-', '_')}`
}
