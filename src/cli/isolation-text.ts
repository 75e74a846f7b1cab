import type {IsolationFinding} from '../features/isolation/finding.js'
import type {Untried} from '../features/isolation/probes/probe-tenant.js'
import {countOf} from './plan-text.js'

interface Group {
  readonly first: IsolationFinding
  readonly tenants: readonly string[]
}

const mostNames = 5

/** Findings by rule; what many tenants have alike is said once, with the first one's fix. */
export function isolationText(
  findings: readonly IsolationFinding[],
  untried: readonly Untried[],
  looked: string,
): string {
  const left = untried.map(({object, why}) => `Not tried: ${object}: ${why}`)
  if (findings.length === 0) return [...left, `Nothing found: ${looked}.`].join('\n')
  const rules = [...new Set(findings.map(({rule}) => rule))]
  const parts = rules.map((rule) => ruleText(rule, groupsOf(findings, rule)))
  return [...parts, ...left, `${countOf(findings.length, 'finding')}: ${looked}.`].join('\n\n')
}

function ruleText(rule: string, groups: readonly Group[]): string {
  const parts = groups.map((group, place) => {
    // What mends several findings is said once, after the last of them.
    const isSame = groups[place + 1]?.first.fix === group.first.fix
    return isSame ? whatText(group) : [whatText(group), fixText(group)].join('\n')
  })
  return [rule, ...parts].join('\n')
}

function whatText({first, tenants}: Group): string {
  const others = tenants.length - 1
  const same = `    The same in ${countOf(others, 'other tenant')}: ${shown(tenants)}`
  return [`  ${first.object}: ${first.what}`, ...(others > 0 ? [same] : [])].join('\n')
}

function fixText({first: {fix, source}}: Group): string {
  return [`    > ${fix}`, ...(source === undefined ? [] : [`    ${source}`])].join('\n')
}

function shown(tenants: readonly string[]): string {
  const names = tenants.slice(1, mostNames + 1)
  const rest = tenants.length - 1 - names.length
  return rest === 0 ? names.join(', ') : `${names.join(', ')} and ${rest} more (--json has all)`
}

function groupsOf(findings: readonly IsolationFinding[], rule: string): readonly Group[] {
  const groups = new Map<string, {first: IsolationFinding; tenants: string[]}>()
  for (const finding of findings.filter((one) => one.rule === rule)) {
    const key = [finding.object, finding.what].map((text) => alike(text, finding.tenant)).join('\n')
    const group = groups.get(key) ?? {first: finding, tenants: []}
    if (finding.tenant !== undefined) group.tenants.push(finding.tenant)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** The text as it is for every tenant: without its name in names of schema, login and objects. */
function alike(text: string, tenant: string | undefined): string {
  if (tenant === undefined) return text
  return text.replaceAll(new RegExp(`\\b${tenant}(?=_schema|_login)`, 'g'), '<tenant>')
}
