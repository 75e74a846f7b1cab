import {codeOf, messageOf, MitraError} from '../../../errors.js'
import type {Archives} from '../../../ports/archives.js'
import type {Database, Session} from '../../../ports/database.js'
import type {RunWriter} from '../../../ports/journal.js'
import type {Progress} from '../../../ports/progress.js'
import type {Secrets} from '../../../ports/secrets.js'
import {factDifferences, schemaFactLines, schemaFingerprint} from '../archive/facts.js'
import type {VerifiedArchive} from '../archive/verify.js'
import {buildTenant, type SchemaBuilder, type TenantSchema} from '../build.js'
import {dropSchema} from '../drop/drop-schema.js'
import {droppedSecretOf, secretOf} from '../names.js'
import {emptyTables, fillTables, setPlaces} from './fill.js'
import {letInSql} from './let-in.js'
import {setPartitions} from './partitions.js'
import {restoreStepIds, type RestorePlan} from './plan.js'

export interface RestoreTools {
  readonly database: Database
  readonly archives: Archives
  readonly secrets: Secrets
  readonly verifierOf: (password: string) => string
  /** Builds with the archived migrations. */
  readonly build: SchemaBuilder
  readonly run: RunWriter
  readonly progress: Progress
}

/**
 * Whole or not there: until its last transaction the tenant can be used by nobody, what fails takes
 * itself away, and what was killed is taken away by the next restore or drop of it.
 */
export async function applyRestore(
  {archive, tenant, leftover}: RestorePlan,
  tools: RestoreTools,
): Promise<void> {
  const session = await tools.database.connect({role: 'migrator'})
  const ids = restoreStepIds(tenant.name)
  const step = (id: string, work: () => Promise<unknown>) => restoreStep(id, tools, work)
  let hasBegun = false
  try {
    if (leftover !== undefined) await step(ids.clear, () => dropSchema(session, leftover))
    await step(ids.build, async () => {
      const schema = tools.build(tenant, tools.run.id)
      await buildTenant(session, tenant, {state: 'restoring'}, schema)
      hasBegun = true
      await setPartitions(session, tenant.schema, archive.manifest.partitions)
      await emptyTables(session, tenant, archive.manifest.tables)
    })
    await step(ids.fill, () =>
      fillTables(session, tenant, archive, {
        archives: tools.archives,
        note: (text) => tools.progress.note(ids.fill, text),
      }),
    )
    await step(ids.open, () => openRestored(session, tenant, archive, tools))
  } catch (error) {
    if (hasBegun) await takeAway(tools.database, tenant)
    throw error
  } finally {
    await session.close()
  }
}

async function restoreStep(
  id: string,
  {run, progress}: RestoreTools,
  work: () => Promise<unknown>,
): Promise<void> {
  progress.started(id)
  try {
    await work()
  } catch (error) {
    await run.failed(id, codeOf(error) ?? 'UNEXPECTED', messageOf(error))
    throw error
  }
  await run.done(id)
}

/** On a connection of its own: that of the failure may be what has failed. */
async function takeAway(database: Database, tenant: TenantSchema): Promise<void> {
  try {
    const session = await database.connect({role: 'migrator'})
    try {
      const {rowCount} = await session.query(
        "SELECT FROM shared_schema.tenants WHERE tenant_id = $1 AND state = 'restoring'",
        [tenant.id],
      )
      if (rowCount > 0) await dropSchema(session, tenant)
    } finally {
      await session.close()
    }
  } catch {
    // The reason of the failure counts; what is left is closed, and the next restore takes it away.
  }
}

async function openRestored(
  session: Session,
  tenant: TenantSchema,
  archive: VerifiedArchive,
  {secrets, verifierOf}: RestoreTools,
): Promise<void> {
  await setPlaces(session, tenant, archive.manifest)
  await refuseOther(session, tenant, archive)
  // A tenant that was dropped here comes back with the password that its applications have.
  await secrets.copy(droppedSecretOf(tenant.id), secretOf(tenant.name))
  const password = (await secrets.ensure(secretOf(tenant.name))).reveal()
  try {
    await session.script(letInSql(tenant, archive.manifest, verifierOf(password)))
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined)
    throw error
  }
  await secrets.remove(droppedSecretOf(tenant.id))
}

/** Facts of another mitra may be written in another way: then that they were equal once is known. */
async function refuseOther(
  session: Session,
  tenant: TenantSchema,
  {facts, manifest}: VerifiedArchive,
): Promise<void> {
  const definitionOf = (fingerprint: string) => fingerprint.split(':')[0]
  const now = await schemaFingerprint(session, tenant)
  if (now === manifest.fingerprint) return
  if (definitionOf(now) !== definitionOf(manifest.fingerprint)) return
  const differences = factDifferences(facts, await schemaFactLines(session, tenant))
  throw new MitraError(
    'failed',
    'NOT_RESTORED',
    `${tenant.schema} came back with another schema than it had; nothing was restored.`,
    {hints: differences.slice(0, 20)},
  )
}
