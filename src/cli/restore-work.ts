import {observeDatabase} from '../features/migrations/state.js'
import {verifyArchive} from '../features/tenants/archive/verify.js'
import {applyRestore} from '../features/tenants/restore/apply.js'
import {
  observeSite,
  planRestore,
  restoredTenant,
  type RestorePlan,
} from '../features/tenants/restore/plan.js'
import type {Applying} from './run-plan.js'
import {migrationWorld} from './lifecycle-work.js'
import {archivedBuilder} from './tenant-archives.js'
import type {Tools} from './tools.js'

export interface RestoreFrom {
  readonly path: string
  /** Another name than the archived one. */
  readonly as?: string | undefined
  /** An archive of another server is meant. */
  readonly isForeignMeant?: boolean
}

/** Every byte of the archive is checked, and everything that stands in the way is looked for. */
export async function planRestoreOf(
  tools: Tools,
  {path, as, isForeignMeant = false}: RestoreFrom,
): Promise<RestorePlan> {
  const archive = await verifyArchive(await tools.archives(), path)
  const wish = {archive, as, isForeignMeant}
  const plan = planRestore(wish, await observeSite(await tools.database(), restoredTenant(wish)))
  // Said before anything is changed, too: migrations that are not those of this workspace.
  archivedBuilder(archive, plan.tenant, await migrationWorld(tools))
  return plan
}

export async function applyRestoreOf(
  tools: Tools,
  plan: RestorePlan,
  {run, progress}: Applying,
): Promise<void> {
  const {scramVerifier} = await import('../adapters/scram/verifier.js')
  const database = await tools.database()
  const world = await migrationWorld(tools, await observeDatabase(database))
  await applyRestore(plan, {
    database,
    archives: await tools.archives(),
    secrets: await tools.secrets(),
    verifierOf: (password) => scramVerifier(password),
    build: archivedBuilder(plan.archive, plan.tenant, world),
    run,
    progress,
  })
}
