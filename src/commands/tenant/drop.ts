import {Args, Flags} from '@oclif/core'
import {planFlag, yesFlag} from '../../cli/flags.js'
import {
  archivePath,
  archiveToolsOf,
  migrationWorld,
  restoreCommand,
} from '../../cli/lifecycle-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan, type Applying} from '../../cli/run-plan.js'
import {MitraError} from '../../errors.js'
import {observeDatabase} from '../../features/migrations/state.js'
import {applyDrop} from '../../features/tenants/drop/apply.js'
import {earlierDrop} from '../../features/tenants/drop/earlier.js'
import {planDrop, type DropPlan} from '../../features/tenants/drop/plan.js'
import {noSuchTenant} from '../../features/tenants/login.js'
import {asTenantName, type TenantName} from '../../features/tenants/names.js'
import type {Step} from '../../ports/journal.js'

interface DropResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly tenant: string
  /** Where its archive is; null when none was wanted. */
  readonly archive: string | null
}

export default class TenantDrop extends MitraCommand {
  static override summary = 'Take a tenant away; its archive is made and verified first.'
  static override description =
    'Its login is closed, an archive is written and read back, then its schema goes, some tables at a time. Cut off, the same command goes on. mitra undo or mitra tenant restore brings it back.'
  static override examples = [
    '<%= config.bin %> tenant drop bajaj --plan',
    '<%= config.bin %> tenant drop bajaj --yes',
  ]
  static override args = {
    name: Args.string({required: true, description: 'The tenant.', ignoreStdin: true}),
  }
  static override flags = {
    plan: planFlag,
    yes: yesFlag,
    file: Flags.string({summary: 'Where to write the archive; else into .mitra/archives.'}),
    'no-archive': Flags.boolean({
      summary: 'Make none: what it holds is lost. Needs --confirm NAME.',
      exclusive: ['file'],
    }),
    confirm: Flags.string({summary: 'The name once more, for --no-archive.', helpValue: 'NAME'}),
  }

  async run(): Promise<DropResult> {
    const {args, flags} = await this.parse(TenantDrop)
    const name = asTenantName(args.name)
    if (flags['no-archive'] && !flags.plan && flags.confirm !== name) throw needsConfirm(name)
    await this.tools.workspace()
    const path = await archivePath(this.tools, name, flags.file)
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `tenant drop ${name}`,
      isPlanOnly: flags.plan,
      confirm: {question: `Drop ${name}?`, yes: flags.yes, typed: name},
      observe: () => this.planOne(name, path, !flags['no-archive']),
      apply: (planned, applying) => this.applyOne(planned, applying),
    })

    const archive = plan.archivePath ?? plan.kept?.path ?? null
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : dropText(name, archive))
    return {applied, plan: plan.steps, tenant: name, archive}
  }

  private async planOne(name: TenantName, path: string, isArchiveWanted: boolean) {
    const [database, archives] = [await this.tools.database(), await this.tools.archives()]
    const {tenants, closed} = await observeDatabase(database)
    const tenant = [...tenants, ...closed].find((one) => one.name === name)
    if (tenant === undefined) {
      const known = tenants.map((one) => one.name)
      throw noSuchTenant(name, known)
    }
    const earlier = earlierDrop(await (await this.tools.journal()).runs(), tenant)
    return planDrop({tenant, archivePath: path, isArchiveWanted, earlier}, {database, archives})
  }

  private async applyOne(plan: DropPlan, {run, progress}: Applying) {
    await applyDrop(plan, {
      run,
      progress,
      database: await this.tools.database(),
      secrets: await this.tools.secrets(),
      archiving: async () => {
        const world = await migrationWorld(this.tools)
        return archiveToolsOf(this.tools, {...plan.tenant, createdAt: '', state: 'dropping'}, world)
      },
    })
  }
}

function dropText(name: string, archive: string | null): string {
  if (archive === null) return `Tenant ${name} is dropped. There is no archive of it.`
  return [
    `Tenant ${name} is dropped; its archive is ${archive}`,
    `Back again: mitra undo --yes, or ${restoreCommand(archive)}`,
  ].join('\n')
}

function needsConfirm(name: string): MitraError {
  const message = `Without an archive everything that ${name} holds is lost for good.`
  return new MitraError('refused', 'NEEDS_CONFIRM', message, {
    hints: [
      `mitra tenant drop ${name} makes an archive first.`,
      `mitra tenant drop ${name} --no-archive --confirm ${name} --yes makes none.`,
    ],
  })
}
