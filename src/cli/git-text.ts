import type {GitFinding} from '../features/git/finding.js'
import {countOf} from './plan-text.js'

/** Each finding with its place, the line that is wrong and what would pass. */
export function gitFindingsText(findings: readonly GitFinding[]): string {
  const errors = findings.filter(({level}) => level === 'error').length
  const warnings = findings.length - errors
  const counts = [
    ...(errors > 0 ? [countOf(errors, 'finding')] : []),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ]
  return [...findings.map(findingText), `${counts.join(', ')}.`].join('\n')
}

function findingText({rule, level, commit, subject, line, what, fix}: GitFinding): string {
  const place = [
    ...(commit === null ? [] : [`${commit.slice(0, 10)} ${subject}`]),
    ...(line === null ? [] : [`line ${line}`]),
    level === 'error' ? rule : `${rule} (a warning)`,
  ].join(', ')
  return `${place}\n  ${what}\n  > ${fix}`
}
