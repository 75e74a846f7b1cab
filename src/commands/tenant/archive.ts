import {Args, Flags} from '@oclif/core'
import {planFlag} from '../../cli/flags.js'
import {
  absolutePath,
  archivePath,
  archiveToolsOf,
  migrationWorld,
  notInArchives,
  restoreCommand,
  usableTenant,
} from '../../cli/lifecycle-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {MitraError} from '../../errors.js'
import {verifyArchive, type VerifiedArchive} from '../../features/tenants/archive/verify.js'
import {refuseUnwritable} from '../../features/tenants/archive/write.js'
import {archiveVerified} from '../../features/tenants/drop/apply.js'
import {asTenantName} from '../../features/tenants/names.js'
import type {Step} from '../../ports/journal.js'

interface ArchiveView {
  readonly tenant: string
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly madeAt: string
  readonly tables: number
  readonly rows: number
  readonly migration: string
}

interface ArchiveCommandResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** Null with --plan. */
  readonly archive: ArchiveView | null
  readonly notHeld: readonly string[]
}

export default class TenantArchive extends MitraCommand {
  static override summary =
    'Write all of a tenant into one file that restore brings back; or check one.'
  static override description =
    'Rows, sequences, partitions, history and the migrations that made the schema, in one snapshot; the tenant goes on being used. The file is read back and every checksum compared. A tenant that was changed by hand is refused with what differs, since a restore could not bring that back. Any `tar` opens the file.'
  static override examples = [
    '<%= config.bin %> tenant archive lic',
    '<%= config.bin %> tenant archive lic --file /backup/lic.tar.gz',
    '<%= config.bin %> tenant archive --verify /backup/lic.tar.gz',
  ]
  static override args = {name: Args.string({description: 'The tenant.'})}
  static override flags = {
    plan: planFlag,
    file: Flags.string({summary: 'Where to write it; else into .mitra/archives.'}),
    verify: Flags.string({summary: 'Check this file and change nothing.', exclusive: ['file']}),
  }

  async run(): Promise<ArchiveCommandResult> {
    const {args, flags} = await this.parse(TenantArchive)
    if (flags.verify !== undefined) return this.check(absolutePath(flags.verify))
    if (args.name === undefined) throw noName()
    const name = asTenantName(args.name)
    await this.tools.workspace()
    const path = await archivePath(this.tools, name, flags.file)
    const id = `tenant.archive.${name}`
    let archive: ArchiveView | null = null
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `tenant archive ${name}`,
      isPlanOnly: flags.plan,
      observe: () => this.planOne(name, path),
      apply: async ({tenant, parts}, {run, progress}) => {
        progress.started(id)
        const verified = await archiveVerified(tenant, path, parts)
        archive = viewOf(verified)
        await run.done(id, {tenant: name, id: tenant.id, path, sha256: verified.file.sha256})
      },
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : archiveText(archive, 'is in'))
    return {applied, plan: plan.steps, archive, notHeld: notInArchives}
  }

  private async planOne(name: string, path: string) {
    const world = await migrationWorld(this.tools)
    const tenant = usableTenant(name, world.state)
    const parts = await archiveToolsOf(this.tools, tenant, world)
    await refuseUnwritable(tenant, parts)
    const step: Step = {
      id: `tenant.archive.${name}`,
      title: `Archive ${name} to ${path} and verify it`,
      why: 'it was asked for',
      undo: 'no',
      detail: {path},
    }
    return {steps: [step], tenant, parts}
  }

  private async check(path: string): Promise<ArchiveCommandResult> {
    const archive = viewOf(await verifyArchive(await this.tools.archives(), path))
    this.log(archiveText(archive, 'is whole in'))
    return {applied: false, plan: [], archive, notHeld: notInArchives}
  }
}

function viewOf({file, manifest, rows}: VerifiedArchive): ArchiveView {
  return {
    tenant: manifest.tenant.name,
    file: file.path,
    bytes: file.bytes,
    sha256: file.sha256,
    madeAt: manifest.madeAt,
    tables: manifest.tables.length,
    rows,
    migration: manifest.migrations.at(-1)?.version ?? '',
  }
}

function archiveText(archive: ArchiveView | null, is: string): string {
  if (archive === null) return 'Nothing was archived.'
  const {tenant, file, rows, tables, bytes, madeAt, migration} = archive
  return [
    `Tenant ${tenant} ${is} ${file}`,
    `${rows} rows of ${tables} tables as of ${madeAt}, migration ${migration}, ${bytes} bytes.`,
    `It does not hold ${notInArchives.join('; ')}.`,
    `Back again: ${restoreCommand(file)}`,
  ].join('\n')
}

function noName(): MitraError {
  return new MitraError('usage', 'USAGE', 'Which tenant?', {
    hints: ['mitra tenant archive NAME', 'mitra tenant archive --verify FILE'],
  })
}
