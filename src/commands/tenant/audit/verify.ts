import {Args} from '@oclif/core'
import {chosenTenants} from '../../../cli/governance-work.js'
import {MitraCommand} from '../../../cli/mitra-command.js'
import {countOf} from '../../../cli/plan-text.js'
import {table} from '../../../cli/table.js'
import {anchorsIn} from '../../../features/governance/anchors.js'
import {sideBySide} from '../../../features/governance/fleet-work.js'
import {verifyChain, type ChainReport} from '../../../features/governance/verify.js'

interface VerifyResult {
  /** Every record of every tenant is as it was written. */
  readonly whole: boolean
  readonly tenants: readonly ChainReport[]
}

export default class TenantAuditVerify extends MitraCommand {
  static override summary =
    'Prove that the evidence of tenants is as it was written. Changes nothing.'
  static override description =
    'Recomputes the hash chain over audit_logs and names each record that was altered, removed, inserted, reordered or emptied without an erasure. Compares the chain with its seals, and the seals with those that the journal of this workspace remembers. Exits 1 when something does not fit.'
  static override examples = [
    '<%= config.bin %> tenant audit verify lic',
    '<%= config.bin %> tenant audit verify --json',
  ]
  static override strict = false
  static override args = {name: Args.string({description: 'Only these tenants. Repeatable.'})}

  async run(): Promise<VerifyResult> {
    const {argv} = await this.parse(TenantAuditVerify)
    const chosen = await chosenTenants(this.tools, argv.map(String))
    const {config} = await this.tools.workspace()
    const database = await this.tools.database()
    const anchors = anchorsIn(await (await this.tools.journal()).runs())
    const width = config.values['database.connections']
    const tenants = await sideBySide(chosen, width, (tenant) =>
      verifyChain(database, tenant, anchors),
    )
    const whole = tenants.every(({wrong}) => wrong === 0)
    if (!whole) this.exitWithFindings()
    this.log(verifyText(tenants))
    return {whole, tenants}
  }
}

function verifyText(tenants: readonly ChainReport[]): string {
  const rows = tenants.map((one) => [
    one.tenant,
    one.wrong === 0 ? 'whole' : 'broken',
    one.records,
    one.erased,
    one.sealedAt ?? 'never',
    one.head.slice(0, 16),
  ])
  const lists = tenants
    .filter(({wrong}) => wrong > 0)
    .map(({tenant, wrong, findings}) => {
      const more = wrong - findings.length
      const lines = findings.map(({message}) => `  ${message}`)
      return [`${tenant}:`, ...lines, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n')
    })
  const wrong = tenants.reduce((sum, one) => sum + one.wrong, 0)
  const verdict =
    wrong === 0
      ? `Every record is as it was written: ${countOf(tenants.length, 'tenant')}.`
      : `${countOf(wrong, 'record')} not as written.`
  const head = ['Tenant', 'Evidence', 'Records', 'Erased', 'Sealed', 'Head']
  return [table(head, rows), ...lists, verdict].join('\n\n')
}
