import {Args, Flags} from '@oclif/core'
import {isolationText} from '../../cli/isolation-text.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf} from '../../cli/plan-text.js'
import type {IsolationFinding} from '../../features/isolation/finding.js'
import {proveIsolation} from '../../features/isolation/prove.js'
import type {Untried} from '../../features/isolation/probes/probe-tenant.js'
import {noSuchTenant} from '../../features/tenants/login.js'
import {asTenantName, secretOf} from '../../features/tenants/names.js'

interface CheckResult {
  /** Nothing was found. */
  readonly clean: boolean
  readonly tenants: number
  readonly rules: number
  readonly attempts: number
  readonly findings: readonly IsolationFinding[]
  readonly untried: readonly Untried[]
}

export default class TenantCheck extends MitraCommand {
  static override summary = 'Prove that no tenant reaches another. Changes nothing.'
  static override description =
    'Reads the catalogue of the whole fleet in one statement, then tries it: logs in as each tenant and reads, writes, copies and asks for what is another’s, with rows that are made up and taken back; nothing is ever committed. Exits 0 only when nothing is found; each finding names the rule, the object and what mends it. docs/isolation-rules.md explains the rules.'
  static override examples = [
    '<%= config.bin %> tenant check',
    '<%= config.bin %> tenant check lic hdfc --json',
    '<%= config.bin %> tenant check --rule table.security-off --rule policy.second',
    '<%= config.bin %> tenant check --citus',
  ]
  static override strict = false
  static override args = {name: Args.string({description: 'Only these tenants. Repeatable.'})}
  static override flags = {
    rule: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Only this rule. Repeatable.',
    }),
    static: Flags.boolean({summary: 'Read the catalogues only; try nothing.'}),
    citus: Flags.boolean({
      exclusive: ['static'],
      summary: 'Name what stands in the way of Citus schema-based sharding instead.',
    }),
  }

  async run(): Promise<CheckResult> {
    const {argv, flags} = await this.parse(TenantCheck)
    const names = argv.map((name) => asTenantName(String(name)))
    await this.tools.workspace()
    const secrets = await this.tools.secrets()
    const proof = await proveIsolation(
      {names, rules: flags.rule ?? [], look: lookOf(flags)},
      {
        database: await this.tools.database(),
        unknownTenant: noSuchTenant,
        loginOf: async ({name, login: user}) => {
          const password = await secrets.get(secretOf(name))
          return password === undefined ? undefined : {role: 'tenant', user, password}
        },
        onTried: (done, of) => {
          if (done % 100 === 0) this.logToStderr(`${done} of ${of} tenants tried`)
        },
      },
    )
    const clean = proof.findings.length === 0
    if (!clean) this.exitWithFindings()
    this.log(isolationText(proof.findings, proof.untried, lookedAt(proof)))
    return {clean, ...proof}
  }
}

function lookOf({citus, static: isStatic}: Readonly<Record<'citus' | 'static', boolean>>) {
  if (citus) return 'citus'
  return isStatic ? 'static' : 'full'
}

function lookedAt({tenants, rules, attempts}: Omit<CheckResult, 'clean'>): string {
  const counts = [countOf(tenants, 'tenant'), countOf(rules, 'rule'), countOf(attempts, 'attempt')]
  return counts.join(', ')
}
