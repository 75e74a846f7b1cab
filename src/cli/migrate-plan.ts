import {Flags} from '@oclif/core'
import {planSql, stepSqlText, type StepSql} from '../features/migrations/plan-sql.js'
import type {Step} from '../ports/journal.js'
import type {WholePlan} from './migrate-work.js'
import {planText} from './plan-text.js'
import type {Tools} from './tools.js'

/** Which migrations are meant: by `db plan` the same as by `db migrate`. */
export const migrateFlags = {
  lint: Flags.boolean({
    default: true,
    allowNo: true,
    summary: 'Look at what is pending first and refuse what is unsafe.',
  }),
  phase: Flags.option({
    options: ['expand', 'contract'] as const,
    summary: 'Only files of this phase of a deploy; a file without a mark is of expand.',
  })(),
  canary: Flags.integer({
    min: 1,
    summary: 'So many tenants first; the others only when all of these went well.',
  }),
}

/** The exact SQL of each step of a plan. */
export async function sqlOfPlan(tools: Tools, plan: WholePlan): Promise<readonly StepSql[]> {
  const database = (await tools.database()).name
  return planSql(plan, {database, toolVersion: tools.version})
}

export function plannedText(steps: readonly Step[], sql: readonly StepSql[]): string {
  return [planText(steps), ...sql.map(stepSqlText)].join('\n\n')
}
