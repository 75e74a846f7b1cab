import {messageOf, MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'
import type {RunWriter} from '../../ports/journal.js'
import type {Progress} from '../../ports/progress.js'
import {runAlone} from './alone.js'
import {Failures} from './failures.js'
import {fanOut, type FannedOut, type FanOutTools} from './fan-out.js'
import type {Migration} from './files.js'
import type {MigrationPlan} from './plan.js'
import {migrationScript} from './sql.js'
import {counted, type Stage} from './stages.js'
import type {TenantRecord} from './state.js'
import {runTarget, type TargetTools} from './target.js'
import {inWaves} from './waves.js'

export interface MigrateTools extends TargetTools, FanOutTools {
  readonly run: RunWriter
  readonly progress: Progress
  readonly toolVersion: string
}

/** shared_schema in order, then the tenants side by side; one that fails does not stop the rest. */
export async function applyMigrations(plan: MigrationPlan, tools: MigrateTools): Promise<void> {
  await applyShared(plan.shared, tools)
  await applyStages(plan.stages, tools, {
    words: {done: 'migrated', again: 'mitra db migrate'},
    work: (session, stage, tenant) => migrate(session, {files: stage.files, tenant}, tools),
  })
}

async function applyShared(files: readonly Migration[], tools: MigrateTools): Promise<void> {
  if (files.length === 0) return
  const session = await tools.database.connect({role: 'migrator'})
  try {
    for (const file of files) {
      await recorded(`db.shared.${file.version}`, tools, () =>
        migrate(session, {files: [file], tenant: undefined}, tools),
      )
    }
  } finally {
    await session.close()
  }
}

/** A step of its own in the journal, done or failed. */
export async function recorded(
  id: string,
  {run, progress}: Pick<MigrateTools, 'run' | 'progress'>,
  work: () => Promise<void>,
): Promise<void> {
  progress.started(id)
  try {
    await work()
  } catch (error) {
    await run.failed(id, codeIn(error), messageOf(error))
    throw error
  }
  await run.done(id)
}

function codeIn(error: unknown): string {
  return error instanceof MitraError ? error.code : 'UNEXPECTED'
}

type StageWork = (session: Session, stage: Stage, tenant: TenantRecord) => Promise<void>

interface StageJob {
  readonly work: StageWork
  /** For what did not go well: "3 tenants were not migrated; mitra db migrate goes on". */
  readonly words: {readonly done: string; readonly again: string}
}

/**
 * Stage after stage. A tenant that failed is left out of the later ones; after a canary that failed
 * nothing else is begun, and neither is it when the server is gone.
 */
export async function applyStages(
  stages: readonly Stage[],
  tools: MigrateTools,
  {work, words}: StageJob,
): Promise<void> {
  const failures = new Failures()
  const failed = new Set<string>()
  const all = new Set(stages.flatMap(({tenants}) => tenants.map(({id}) => id))).size
  const stop = (code: StopCode, left: number) => stopped(code, failures, {all, left, words})
  for (const stage of stages) {
    if (!stage.isCanary && failures.count > 0 && stages.some(({isCanary}) => isCanary)) {
      throw stop('CANARY_FAILED', all - tenantsIn(stages, true))
    }
    const tenants = stage.tenants.filter(({id}) => !failed.has(id))
    const result = await applyStage({...stage, tenants}, tools, {work, failures})
    for (const id of result.failed) failed.add(id)
    if (result.gone !== undefined) throw serverGone(result, tenants.length, words)
    if (result.left > 0) throw stop('TOO_MANY_FAILED', result.left)
  }
  if (failures.count > 0) throw stop('TENANTS_FAILED', 0)
}

function tenantsIn(stages: readonly Stage[], isCanary: boolean): number {
  const inThese = stages.filter((stage) => stage.isCanary === isCanary)
  return new Set(inThese.flatMap(({tenants}) => tenants.map(({id}) => id))).size
}

async function applyStage(
  stage: Stage,
  tools: MigrateTools,
  {work, failures}: {readonly work: StageWork; readonly failures: Failures},
): Promise<FannedOut> {
  const {run, progress} = tools
  progress.started(stage.id)
  const before = failures.count
  const onOver = noteNow(stage, tools)
  const job = {
    failures,
    onOver,
    work: (session: Session, tenant: TenantRecord) => work(session, stage, tenant),
  }
  const result = await inWaves(stage, tools, (tenants, connections) =>
    fanOut({...job, tenants}, {...tools, connections}),
  )
  if (result.failed.size + result.left === 0) await run.done(stage.id)
  else {
    const count = failures.count - before
    const message = `${counted(count, 'tenant')} failed, ${counted(result.left, 'tenant')} left.`
    await run.failed(
      stage.id,
      result.gone === undefined ? 'TENANTS_FAILED' : 'DATABASE_DOWN',
      message,
    )
  }
  return result
}

/** Says how far it is, not more than once in two seconds. */
function noteNow({id, tenants}: Stage, {progress, clock}: MigrateTools) {
  let nextMs = clock.now().getTime() + 2000
  return ({done, failed}: {readonly done: number; readonly failed: number}) => {
    const nowMs = clock.now().getTime()
    if (nowMs < nextMs) return
    nextMs = nowMs + 2000
    const wrong = failed === 0 ? '' : `, ${failed.toLocaleString('en')} failed`
    progress.note(
      id,
      `${done.toLocaleString('en')} of ${counted(tenants.length, 'tenant')}${wrong}`,
    )
  }
}

interface MigrateTarget {
  readonly files: readonly Migration[]
  readonly tenant: TenantRecord | undefined
}

async function migrate(
  session: Session,
  {files, tenant}: MigrateTarget,
  tools: MigrateTools,
): Promise<void> {
  const marks = {runId: tools.run.id, toolVersion: tools.toolVersion}
  const [file] = files
  if (file?.isAlone === true) {
    return runAlone(session, {file, tenant, direction: 'up'}, {...tools, marks})
  }
  return runTarget(
    session,
    {tenant, files, scriptOf: (some) => migrationScript(some, tenant, marks)},
    tools,
  )
}

type StopCode = 'TENANTS_FAILED' | 'TOO_MANY_FAILED' | 'CANARY_FAILED'

function stopped(
  code: StopCode,
  failures: Failures,
  {all, left, words}: {readonly all: number; readonly left: number} & Pick<StageJob, 'words'>,
): MitraError {
  const notBegun = `${counted(left, 'tenant')} ${left === 1 ? 'was' : 'were'} not begun.`
  const others = failures.count < all ? 'The others are done.' : 'None is done.'
  const rest = left > 0 ? notBegun : others
  return new MitraError('failed', code, failures.summary(all, words.done), {
    hints: [...failures.lines(), `${rest} ${words.again} goes on with what is missing.`],
    cause: failures.first,
  })
}

function serverGone(
  {done, failed, left, gone}: FannedOut,
  all: number,
  words: StageJob['words'],
): MitraError {
  const wrong = failed.size === 0 ? '' : `, ${counted(failed.size, 'tenant')} failed`
  const isDone = `${done.toLocaleString('en')} of ${counted(all, 'tenant')} ${done === 1 ? 'is' : 'are'} done`
  const isLeft = `${left.toLocaleString('en')} ${left === 1 ? 'is' : 'are'} not`
  const message = `Postgres went away: ${isDone}${wrong}, ${isLeft}.`
  return new MitraError('notReady', 'DATABASE_DOWN', message, {
    hints: [messageOf(gone), 'mitra up postgres', `${words.again} goes on with what is missing.`],
    cause: gone,
  })
}
