import {catalogRules} from '../src/features/isolation/all-rules.js'
import {probeRules} from '../src/features/isolation/probes/probe-rules.js'
import {citusRules} from '../src/features/isolation/citus/citus-rules.js'
import type {RuleText} from '../src/features/isolation/finding.js'

const titles: Readonly<Record<string, string>> = {
  registry: 'The registry of tenants',
  role: 'Roles',
  setting: 'Settings',
  schema: 'Schemas',
  table: 'Tables and partitions',
  policy: 'Policies',
  key: 'Keys',
  grant: 'Grants in a tenant’s schema',
  auditor: 'The auditor',
  function: 'Functions',
  trigger: 'Triggers',
  view: 'Views',
  platform: 'What all tenants reach',
  outward: 'What leads out of the database',
  probe: 'What is tried',
  'citus-refuses': 'What Citus refuses (`--citus`)',
  'citus-changes': 'What would mean something else on Citus (`--citus`)',
  'citus-needs': 'What has to be done before a schema moves to Citus (`--citus`)',
}

/** `docs/isolation-rules.md`, from the rules themselves. */
export function isolationRulesPage(): string {
  const rules: readonly RuleText[] = [...catalogRules, ...probeRules, ...citusRules]
  const topics = [...new Set(rules.map(({id}) => topicOf(id)))]
  const parts = topics.map((topic) => [
    `## ${titles[topic] ?? topic}`,
    ...rules.filter(({id}) => topicOf(id) === topic).map(ruleText),
  ])
  return `${[head, ...parts.flat()].join('\n\n')}\n`
}

function topicOf(id: string): string {
  return id.split('.')[0] ?? id
}

function ruleText({id, holds, why}: RuleText): string {
  return `**\`${id}\`** ${holds} _Otherwise:_ ${why}`
}

const head = `# What \`mitra tenant check\` looks for

Made by \`npm run docs\` from \`src/features/isolation\`. Each rule is a claim that holds for the schema
that mitra ships; a finding names the rule, the object and the SQL that makes the claim hold again. Rules
\`probe.*\` are tried as each tenant against the next, all others are read from the catalogues. What the
walls are and why: [ADR 0009](adr/0009-tenant-isolation.md) and [ADR 0015](adr/0015-isolation-prover.md).`
