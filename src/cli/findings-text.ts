import type {CheckResult, Diagnosis} from '../features/doctor/diagnose.js'
import type {RepairResult} from './doctor-work.js'
import {countOf, planText} from './plan-text.js'
import {table} from './table.js'

/**
 * Checks as aligned columns, what was skipped as one line for each reason, then cause and fix of what
 * is wrong, the nearest to the root first.
 */
export function findingsText({checks, wrong: ids}: Diagnosis): string {
  const rows = checks
    .filter(({state}) => state !== 'skipped')
    .map(({id, state, title}) => [state, id, title])
  const skipped = [...skippedByReason(checks)].map(
    ([reason, ids]) => `Skipped: ${ids.join(', ')}\n  ${reason}`,
  )
  const wrong = ids.flatMap((id) => checks.filter((check) => check.id === id))
  const drawn = table(['State', 'Check', 'Seen'], rows)
  return [
    drawn,
    ...skipped,
    ...wrong.filter((check) => !isOnlyLate(check)).map(explained),
    ...lateText(wrong.filter(isOnlyLate)),
    `${verdict(checks)}${canBeFixed(wrong)}`,
  ].join('\n\n')
}

/** What was repaired, what could not be, or what would be. */
export function fixText({applied, plan, failed}: RepairResult): string {
  if (plan.length === 0) return 'Nothing of this can be repaired by mitra.'
  if (!applied) return planText(plan)
  const lines = failed.map(({what, message}) => `Not repaired: ${what}. ${message}`)
  const done =
    failed.length === 0 ? `${countOf(plan.length, 'step')} done; this is how it is now.` : ''
  return [...lines, done].filter(Boolean).join('\n')
}

function skippedByReason(checks: readonly CheckResult[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const {id, title, cause = title} of inState(checks, 'skipped')) {
    groups.set(cause, [...(groups.get(cause) ?? []), id])
  }
  return groups
}

function explained({id, title, cause, fix = [], link, followsFrom}: CheckResult): string {
  return [
    `${id}: ${title}`,
    ...(followsFrom === undefined ? [] : [`  Follows from ${followsFrom}.`]),
    ...(cause === undefined ? [] : [`  ${cause}`]),
    ...fix.map((line) => `  > ${line}`),
    ...(link === undefined ? [] : [`  ${link}`]),
  ].join('\n')
}

/** All that is known of it is that the machine was too slow; the table says so. */
function isOnlyLate({state, cause, fix = []}: CheckResult): boolean {
  return state === 'unknown' && cause === undefined && fix.length === 0
}

function lateText(late: readonly CheckResult[]): readonly string[] {
  if (late.length === 0) return []
  const ids = late.map(({id}) => id).join(', ')
  return [
    `No answer in time: ${ids}\n  > On a busy machine: mitra doctor --deadline SECONDS gives each check longer.`,
  ]
}

function canBeFixed(wrong: readonly CheckResult[]): string {
  const ids = wrong.filter(({repairs = []}) => repairs.length > 0).map(({id}) => id)
  return ids.length === 0 ? '' : ` mitra doctor --fix repairs: ${ids.join(', ')}.`
}

function verdict(checks: readonly CheckResult[]): string {
  const failed = inState(checks, 'failed').length
  const warnings = inState(checks, 'warning').length
  const unknown = inState(checks, 'unknown').length
  if (failed + unknown + warnings === 0)
    return `Nothing is wrong: ${countOf(checks.length, 'check')}.`
  const silent = unknown === 0 ? '' : `${unknown} without an answer, `
  return `${failed} failed, ${silent}${countOf(warnings, 'warning')}.`
}

function inState(checks: readonly CheckResult[], state: CheckResult['state']) {
  return checks.filter((check) => check.state === state)
}
