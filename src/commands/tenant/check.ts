import {Args, Flags} from '@oclif/core'
import {isolationText} from '../../cli/isolation-text.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf} from '../../cli/plan-text.js'
import type {IsolationFinding} from '../../features/isolation/finding.js'
import {proveIsolation} from '../../features/isolation/prove.js'
import {noSuchTenant} from '../../features/tenants/login.js'
import {asTenantName} from '../../features/tenants/names.js'

interface CheckResult {
  /** Nothing was found. */
  readonly clean: boolean
  readonly tenants: number
  readonly rules: number
  readonly findings: readonly IsolationFinding[]
}

export default class TenantCheck extends MitraCommand {
  static override summary = 'Prove that no tenant reaches another. Changes nothing.'
  static override description =
    'Reads the catalogue of the whole fleet in one statement: row level security, policies, keys, grants, roles, functions, triggers, views and what leads out of the database. Exits 0 only when nothing is found; each finding names the rule, the object and the SQL that mends it. docs/isolation-rules.md explains the rules.'
  static override examples = [
    '<%= config.bin %> tenant check',
    '<%= config.bin %> tenant check lic hdfc --json',
    '<%= config.bin %> tenant check --rule table.security-off --rule policy.second',
  ]
  static override strict = false
  static override args = {name: Args.string({description: 'Only these tenants. Repeatable.'})}
  static override flags = {
    rule: Flags.string({multiple: true, summary: 'Only this rule. Repeatable.'}),
  }

  async run(): Promise<CheckResult> {
    const {argv, flags} = await this.parse(TenantCheck)
    const names = argv.map((name) => asTenantName(String(name)))
    await this.tools.workspace()
    const proof = await proveIsolation(
      {names, rules: flags.rule ?? []},
      {database: await this.tools.database(), unknownTenant: noSuchTenant},
    )
    const clean = proof.findings.length === 0
    if (!clean) this.exitWithFindings()
    const looked = `${countOf(proof.tenants, 'tenant')}, ${countOf(proof.rules, 'rule')}`
    this.log(isolationText(proof.findings, looked))
    return {clean, ...proof}
  }
}
