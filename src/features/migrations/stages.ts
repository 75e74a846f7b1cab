import type {Step} from '../../ports/journal.js'
import type {Migration} from './files.js'
import {addsEnumValue} from './new-schema.js'
import type {TenantRecord} from './state.js'

export interface TenantMigrations {
  readonly tenant: TenantRecord
  readonly pending: readonly Migration[]
}

/** The same files in many tenants. */
export interface Stage {
  /** That of its step. */
  readonly id: string
  /** `together`: in one transaction with their records. `alone`: one file, outside a transaction. */
  readonly kind: 'together' | 'alone'
  readonly files: readonly Migration[]
  readonly tenants: readonly TenantRecord[]
  readonly isCanary: boolean
  readonly direction: 'up' | 'down'
}

/**
 * Tenants that miss the same are one stage, so that ten thousand of them are one step. A file outside a
 * transaction is a stage of its own: what comes before it runs in every tenant first, since an index
 * that is made concurrently waits for the transactions of all tenants, ours too.
 */
export function planStages(
  tenants: readonly TenantMigrations[],
  files: readonly Migration[],
  canary = 0,
): readonly Stage[] {
  const first = stagesOf(tenants.slice(0, canary), files, true)
  const then = stagesOf(tenants.slice(canary), files, false)
  return withIds([...first, ...then])
}

type Unnamed = Omit<Stage, 'id'>

function stagesOf(
  tenants: readonly TenantMigrations[],
  files: readonly Migration[],
  isCanary: boolean,
): readonly Unnamed[] {
  return segmentsOf(files).flatMap((segment) =>
    groupsOf(tenants, segment).map((group) => {
      const kind = group.files.some((file) => file.isAlone) ? 'alone' : 'together'
      return {...group, kind, isCanary, direction: 'up'} as const
    }),
  )
}

/** Tenants by what of theirs is in the segment. */
export function groupsOf(
  tenants: readonly TenantMigrations[],
  segment: ReadonlySet<string>,
): readonly Pick<Stage, 'files' | 'tenants'>[] {
  const groups = new Map<string, {files: readonly Migration[]; tenants: TenantRecord[]}>()
  for (const {tenant, pending} of tenants) {
    const now = pending.filter((file) => segment.has(file.version))
    if (now.length === 0) continue
    const key = now.map((file) => file.version).join(' ')
    const group = groups.get(key) ?? {files: now, tenants: []}
    group.tenants.push(tenant)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Versions that may run together: one that runs alone is by itself, one that adds a value is the last. */
function segmentsOf(files: readonly Migration[]): readonly ReadonlySet<string>[] {
  const segments: Set<string>[] = [new Set()]
  for (const file of files) {
    if (file.isAlone) segments.push(new Set([file.version]), new Set())
    else segments.at(-1)?.add(file.version)
    if (!file.isAlone && addsEnumValue(file)) segments.push(new Set())
  }
  return segments
}

/** Each its own id: where two begin with the same file, the second is numbered. */
export function withIds(stages: readonly Unnamed[]): readonly Stage[] {
  const taken = new Map<string, number>()
  return stages.map((stage) => {
    const up = stage.isCanary ? 'canary' : 'tenants'
    const verb = stage.direction === 'up' ? up : 'rollback'
    const id = `db.${verb}.${stage.files[0]?.version ?? ''}`
    const count = (taken.get(id) ?? 0) + 1
    taken.set(id, count)
    return {...stage, id: count === 1 ? id : `${id}.${count}`}
  })
}

export function stageStep({id, kind, files, tenants, isCanary}: Stage): Step {
  const names = files.map((file) => `${file.version}_${file.name}`).join(', ')
  const how = kind === 'alone' ? ', outside a transaction' : ''
  const first = isCanary ? ', before all others' : ''
  const phases = [...new Set(files.flatMap(({phase}) => (phase === undefined ? [] : [phase])))]
  return {
    id,
    title: `Run ${names} in ${tenantsText(tenants)}${first}${how}`,
    why: `${tenants.length === 1 ? 'it does' : 'they do'} not have ${files.length === 1 ? 'it' : 'them'}`,
    undo: 'no',
    detail: {
      files: files.map((file) => file.path),
      tenants: tenants.map((tenant) => tenant.name),
      ...(phases.length === 0 ? {} : {phases}),
    },
  }
}

/** "lic and hdfc", "1,000 tenants", "3 tenants and 2 spares". */
export function tenantsText(tenants: readonly TenantRecord[]): string {
  const spares = tenants.filter(({state}) => state === 'spare').length
  const names = tenants.flatMap(({name, state}) => (state === 'spare' ? [] : [name]))
  const ofTenants =
    names.length > 3
      ? [counted(names.length, 'tenant')]
      : names.length > 0
        ? [names.join(', ')]
        : []
  const ofSpares = spares > 0 ? [counted(spares, 'spare')] : []
  return [...ofTenants, ...ofSpares].join(' and ')
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
