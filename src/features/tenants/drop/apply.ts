import {MitraError} from '../../../errors.js'
import type {Database} from '../../../ports/database.js'
import type {RunWriter} from '../../../ports/journal.js'
import type {Progress} from '../../../ports/progress.js'
import type {Secrets} from '../../../ports/secrets.js'
import {verifyArchive, type VerifiedArchive} from '../archive/verify.js'
import {writeArchive, type ArchiveTools} from '../archive/write.js'
import {recordedFailure} from '../create.js'
import type {TenantSchema} from '../build.js'
import {droppedSecretOf, secretOf} from '../names.js'
import {closeTenant, reopenTenant} from './close.js'
import {dropSchema} from './drop-schema.js'
import {dropStepIds} from './earlier.js'
import type {DropPlan} from './plan.js'

export interface DropTools {
  readonly database: Database
  readonly secrets: Secrets
  /** What ran in the tenant; asked for only when an archive is to be made. */
  readonly archiving: () => Promise<ArchiveTools>
  readonly run: RunWriter
  readonly progress: Progress
}

/** Closed, archived, verified, and only then dropped. What fails before that opens it again. */
export async function applyDrop(plan: DropPlan, tools: DropTools): Promise<void> {
  const {tenant} = plan
  const ids = dropStepIds(tenant.name)
  const {run, progress, database} = tools
  await refusePooler(database)
  if (plan.close) {
    progress.started(ids.close)
    await recordedFailure(ids.close, run, () => closeTenant(database, tenant))
    await run.done(ids.close, {tenant: tenant.name, id: tenant.id})
  }
  const kept = (await archiveClosed(plan, tools)) ?? plan.kept
  progress.started(ids.drop)
  await recordedFailure(ids.drop, run, () => dropForGood(tenant, tools))
  const archive = kept === undefined ? {} : {path: kept.path, sha256: kept.sha256}
  await run.done(ids.drop, {tenant: tenant.name, id: tenant.id, ...archive})
}

/** Before anything is changed: what holds the tenant later could not. */
async function refusePooler(database: Database): Promise<void> {
  const session = await database.connect({role: 'migrator'})
  try {
    await session.hold('mitra drop')
  } finally {
    await session.close()
  }
}

async function archiveClosed({tenant, archivePath, close}: DropPlan, tools: DropTools) {
  if (archivePath === undefined) return undefined
  const {run, progress, database} = tools
  const id = dropStepIds(tenant.name).archive
  progress.started(id)
  try {
    const {file} = await recordedFailure(id, run, async () =>
      archiveVerified(tenant, archivePath, await tools.archiving()),
    )
    const {path, sha256} = file
    await run.done(id, {tenant: tenant.name, id: tenant.id, path, sha256})
    return {path, sha256}
  } catch (error) {
    // Nothing was dropped: it goes on as if nothing had been asked.
    if (close) await reopenTenant(database, tenant).catch(() => undefined)
    throw error
  }
}

/** Written, then read back whole. */
export async function archiveVerified(
  tenant: TenantSchema,
  path: string,
  tools: ArchiveTools,
): Promise<VerifiedArchive> {
  const written = await writeArchive(tenant, path, tools)
  const verified = await verifyArchive(tools.archives, path)
  if (verified.file.sha256 === written.file.sha256 && verified.rows === written.rows)
    return verified
  throw new MitraError('failed', 'ARCHIVE_DAMAGED', `${path} is not what was written.`, {
    hints: ['Look at the disk that it lies on; nothing was dropped.'],
  })
}

/**
 * The password goes first, and is kept under the tenant's id: a restore gives it back, and undo knows by
 * it that objects may be gone.
 */
async function dropForGood(tenant: TenantSchema, {database, secrets}: DropTools): Promise<void> {
  await secrets.copy(secretOf(tenant.name), droppedSecretOf(tenant.id))
  await secrets.remove(secretOf(tenant.name))
  const session = await database.connect({role: 'migrator'})
  try {
    if (!(await session.hold(`mitra ${tenant.id}`))) {
      throw new MitraError('locked', 'TENANT_BUSY', `Another mitra works on ${tenant.name}.`, {
        hints: ['Wait until it has finished, then run the command again; it goes on.'],
      })
    }
    await dropSchema(session, tenant)
  } finally {
    await session.close()
  }
}
