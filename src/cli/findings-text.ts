import type {CheckResult} from '../features/doctor/diagnose.js'
import {countOf} from './plan-text.js'
import {table} from './table.js'

/** Checks as aligned columns; cause and fix of what is wrong below, the nearest to the root first. */
export function findingsText(checks: readonly CheckResult[]): string {
  const rows = checks.map(({id, state, title}) => [state, id, title])
  const wrong = [...inState(checks, 'failed'), ...inState(checks, 'warning')]
  return [table(['State', 'Check', 'Seen'], rows), ...wrong.map(explained), verdict(checks)].join(
    '\n\n',
  )
}

function explained({id, title, cause, fix = [], link}: CheckResult): string {
  return [
    `${id}: ${title}`,
    ...(cause === undefined ? [] : [`  ${cause}`]),
    ...fix.map((line) => `  > ${line}`),
    ...(link === undefined ? [] : [`  ${link}`]),
  ].join('\n')
}

function verdict(checks: readonly CheckResult[]): string {
  const failed = inState(checks, 'failed').length
  const warnings = inState(checks, 'warning').length
  if (failed + warnings === 0) return `Nothing is wrong: ${countOf(checks.length, 'check')}.`
  return `${failed} failed, ${countOf(warnings, 'warning')}.`
}

function inState(checks: readonly CheckResult[], state: CheckResult['state']) {
  return checks.filter((check) => check.state === state)
}
