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
  const texts = findings.map((one, at) => findingText(one, isSameFix(one, findings[at + 1])))
  return [...texts, `${counts.join(', ')}.`].join('\n')
}

/** One line may break two rules: what mends both is said once, below the last. */
function isSameFix(one: GitFinding, next: GitFinding | undefined): boolean {
  return next !== undefined && next.fix === one.fix && next.commit === one.commit
}

function findingText(finding: GitFinding, isFixBelow: boolean): string {
  const {rule, level, commit, subject, line, what, fix} = finding
  const place = [
    ...(commit === null ? [] : [`${commit.slice(0, 10)} ${subject}`]),
    ...(line === null ? [] : [`line ${line}`]),
    level === 'error' ? rule : `${rule} (a warning)`,
  ].join(', ')
  return isFixBelow ? `${place}\n  ${what}` : `${place}\n  ${what}\n  > ${fix}`
}
