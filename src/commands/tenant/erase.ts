import {join, resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {planFlag, yesFlag} from '../../cli/flags.js'
import {eraseRequest, oneTenant, personGiven} from '../../cli/governance-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan, type Applying} from '../../cli/run-plan.js'
import {
  certificatePath,
  certificateText,
  type Certificate,
} from '../../features/governance/certificate.js'
import {applyErase} from '../../features/governance/erase-apply.js'
import type {ErasedRows} from '../../features/governance/erase-count.js'
import {planErase, type ErasePlan, type EraseTools} from '../../features/governance/erase-plan.js'
import type {GovernedTenant} from '../../features/governance/tenant-work.js'
import type {Step} from '../../ports/journal.js'

interface EraseResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly tenant: string
  readonly tables: readonly ErasedRows[]
  /** Records of evidence that lose values. */
  readonly records: number
  /** Of this erasure, or of the earlier one where nothing is left to do. */
  readonly certificate: Certificate | null
  /** Where certificates were written. */
  readonly files: readonly string[]
}

export default class TenantErase extends MitraCommand {
  static override summary = 'Take one person out of a tenant, with evidence that it was done.'
  static override description =
    'One transaction: rows go, or stay without what is personal where the law or another row needs them; retention.yml says which and why. Evidence loses what it says about the person and its chain stays whole. A certificate tells what was done, when, by whom and how many rows, and nothing about the person. What lies in backups and archives is not reached.'
  static override examples = [
    '<%= config.bin %> tenant erase lic --person 6f1c0a52-0f0e-4c3b-9a51-0d6f8f6b2c11 --plan',
    'echo asha@example.in | <%= config.bin %> tenant erase lic --person - --request DPDP-2026-17',
  ]
  static override args = {name: Args.string({required: true, description: 'The tenant.'})}
  static override flags = {
    person: Flags.string({
      required: true,
      summary: 'Key, e-mail address or phone number; - reads it from standard input.',
    }),
    request: Flags.string({summary: 'The number of the request, for the certificate.'}),
    to: Flags.string({
      summary: 'The folder for the certificate; .mitra/certificates is the default.',
    }),
    plan: planFlag,
    yes: yesFlag,
  }

  async run(): Promise<EraseResult> {
    const {args, flags} = await this.parse(TenantErase)
    const request = await eraseRequest(this.tools, flags.request)
    const tenant = await oneTenant(this.tools, args.name)
    const given = await personGiven(flags.person)
    const tools = await this.eraseTools(flags.to)
    const runs = await (await this.tools.journal()).runs()
    const written: Certificate[] = []
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `tenant erase ${tenant.name}`,
      isPlanOnly: flags.plan,
      confirm: {
        question: `Erase one person from ${tenant.name}? Nothing brings them back.`,
        yes: flags.yes,
        typed: tenant.name,
      },
      observe: () => planErase(tenant, given, {...tools, runs}),
      apply: async (planned, applying) => {
        const {person} = planned
        const parts = {...tools, ...applying}
        const made =
          person === undefined
            ? []
            : [await applyErase(tenant, {...planned, person}, request, parts)]
        for (const one of [...made, ...planned.missing]) {
          await this.writeCertificate(tenant, one, {...parts, isNew: made.includes(one)})
          written.push(one)
        }
      },
    })
    const files = written.map((one) => certificatePath(tools.folder, one))
    const certificate = written[0] ?? plan.former ?? null
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(eraseText(plan, {certificate, files, isPlan: flags.plan}))
    const {steps, tables, records} = plan
    return {applied, plan: steps, tenant: tenant.name, tables, records, certificate, files}
  }

  private async eraseTools(to: string | undefined): Promise<EraseTools> {
    const {layout} = await this.tools.workspace()
    return {
      database: await this.tools.database(),
      rules: await this.tools.retentionRules(),
      files: await this.tools.files(),
      folder: to === undefined ? join(layout.state, 'certificates') : resolve(to),
    }
  }

  private async writeCertificate(
    tenant: GovernedTenant,
    certificate: Certificate,
    {files, folder, run, isNew}: EraseTools & Applying & {readonly isNew: boolean},
  ): Promise<void> {
    await files.write(certificatePath(folder, certificate), certificateText(certificate), 0o600)
    await run.done(`tenant.certificate.${tenant.name}.${isNew ? 'new' : certificate.certificate}`)
  }
}

interface EraseOutcome {
  readonly certificate: Certificate | null
  readonly files: readonly string[]
  readonly isPlan: boolean
}

function eraseText(plan: ErasePlan, {certificate, files, isPlan}: EraseOutcome): string {
  if (plan.steps.length === 0) {
    return certificate === null
      ? 'Nothing to do: what is kept of this person is what must be kept.'
      : `Nothing to do: erased at ${certificate.erasedAt}, certificate ${certificate.certificate}.`
  }
  if (isPlan) return planText(plan.steps)
  const deleted = plan.tables.reduce((sum, one) => sum + one.deleted, 0)
  const emptied = plan.tables.reduce((sum, one) => sum + one.emptied, 0)
  return [
    `${deleted} rows deleted, ${emptied} rows and ${plan.records} records of evidence emptied.`,
    ...files.map((file) => `Certificate: ${file}`),
  ].join('\n')
}
