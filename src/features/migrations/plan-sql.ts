import {aloneScript, aloneText} from './alone-sql.js'
import {bootstrapSql} from './bootstrap.js'
import type {Migration} from './files.js'
import type {MigrationPlan} from './plan.js'
import {migrationScript, type RunMarks, type ScriptTarget} from './sql.js'
import type {Stage} from './stages.js'

/** What a step sends. With the values of a tenant in place of the marks it is what that tenant gets. */
export interface StepSql {
  readonly step: string
  readonly text: string
  /** Each gets a copy of its own; empty for what runs once. */
  readonly tenants: readonly PlannedTenant[]
}

export interface PlannedTenant {
  readonly name: string
  readonly id: string
  readonly schema: string
  readonly login: string
}

/** `text` with these in the place of a tenant's own values. */
export const tenantMarks = {
  id: '{{tenant.id}}',
  schema: '{{tenant.schema}}',
  login: '{{tenant.login}}',
}

/** How one target's files are sent, up or down. */
export type SqlOfTarget = (files: readonly Migration[], target: ScriptTarget) => string

/** The exact SQL by step. Only the id of the run and the password's verifier are not known before. */
export function planSql(
  {needsBootstrap, shared, stages}: MigrationPlan,
  {database, toolVersion}: {readonly database: string; readonly toolVersion: string},
): readonly StepSql[] {
  const sqlOf: SqlOfTarget = (files, target) =>
    upSql(files, target, {runId: '{{run}}', toolVersion})
  const text = bootstrapSql(database, {migrator: '{{verifier}}', auditor: '{{verifier}}'})
  return [
    ...(needsBootstrap ? [{step: 'db.bootstrap', text, tenants: []}] : []),
    ...shared.map((file) => ({
      step: `db.shared.${file.version}`,
      text: sqlOf([file], undefined),
      tenants: [],
    })),
    ...stages.map((stage) => stageSql(stage, sqlOf)),
  ]
}

function upSql(files: readonly Migration[], target: ScriptTarget, marks: RunMarks): string {
  const [file] = files
  return file?.isAlone === true
    ? aloneText(aloneScript({file, tenant: target, direction: 'up'}, marks))
    : migrationScript(files, target, marks).sql
}

export function stageSql({id: step, files, tenants}: Stage, sqlOf: SqlOfTarget): StepSql {
  return {
    step,
    text: sqlOf(files, tenantMarks),
    tenants: tenants.map(({name, id, schema, login}) => ({name, id, schema, login})),
  }
}

/** The text as one tenant gets it. */
export function sqlForTenant({text}: StepSql, {id, schema, login}: PlannedTenant): string {
  return text
    .replaceAll(tenantMarks.id, id)
    .replaceAll(tenantMarks.schema, schema)
    .replaceAll(tenantMarks.login, login)
}

/** For people: one copy, and who else gets it. */
export function stepSqlText(sql: StepSql): string {
  const [first, ...others] = sql.tenants
  if (first === undefined) return `-- ${sql.step}\n${sql.text}`
  const names = others.map(({name}) => name).join(', ')
  const rest = names === '' ? '' : `\n-- The same, each with its own schema and id, in: ${names}`
  return `-- ${sql.step}, in ${first.name}\n${sqlForTenant(sql, first)}${rest}`
}
