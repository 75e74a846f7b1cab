import type {Step} from '../../ports/journal.js'
import {sealStep} from './anchors.js'
import {partitionName} from './month-partitions.js'
import type {GovernedTenant} from './tenant-work.js'

/** One thing that the rules ask for in one tenant. */
export type RetainTask =
  | {readonly kind: 'seal'; readonly records: number}
  | {readonly kind: 'month'; readonly table: string; readonly month: string; readonly rows: number}
  | {readonly kind: 'provider'; readonly provider: string; readonly rows: number}
  | {
      readonly kind: 'rows'
      readonly table: string
      readonly action: 'delete' | 'redact'
      readonly rows: number
      readonly keep: string
    }
  | {
      readonly kind: 'archive'
      readonly table: string
      readonly partition: string
      readonly keep: string
    }
  | {
      readonly kind: 'drop' | 'detach'
      readonly table: string
      readonly partition: string
      readonly keep: string
      readonly until: string
    }

/** The task as a step; its id is the same in the next run. */
export function retainStep({name}: GovernedTenant, task: RetainTask): Step {
  const {id, title, why} = wording(name, task)
  return {id, title: `${name}: ${title}`, why, undo: 'no'}
}

export function retainStepId({name}: GovernedTenant, task: RetainTask): string {
  return wording(name, task).id
}

interface Words {
  readonly id: string
  readonly title: string
  readonly why: string
}

function wording(tenant: string, task: RetainTask): Words {
  switch (task.kind) {
    case 'seal':
      return {
        id: `${sealStep}${tenant}`,
        title: 'seal the evidence',
        why:
          task.records > 0 ? `${task.records} records are in no seal yet` : 'this run adds records',
      }
    case 'month':
    case 'provider':
      return partitionWords(tenant, task)
    case 'rows':
      return {
        id: `retain.${tenant}.${task.action}.${task.table}`,
        title: `${task.action} ${task.rows} rows of ${task.table}`,
        why: `they are kept for ${task.keep}`,
      }
    case 'archive':
    case 'drop':
    case 'detach':
      return {
        id: `retain.${tenant}.${task.kind}.${task.partition}`,
        title: `${task.kind} ${task.partition}`,
        why: `rows of ${task.table} are kept for ${task.keep}`,
      }
  }
}

function partitionWords(
  tenant: string,
  task: Extract<RetainTask, {readonly kind: 'month' | 'provider'}>,
): Words {
  const name =
    task.kind === 'month'
      ? partitionName(task.table, task.month)
      : `insurance_policies_p_${task.provider.replaceAll('-', '')}`
  const reason = task.kind === 'month' ? 'the month has none yet' : 'the provider has none yet'
  return {
    id: `retain.${tenant}.make.${name}`,
    title: `make ${name}${task.rows > 0 ? ` and move ${task.rows} rows there` : ''}`,
    why: task.rows > 0 ? 'its rows lie in the default partition' : reason,
  }
}
