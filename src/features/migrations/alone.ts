import {MitraError} from '../../errors.js'
import {SqlError, type Session} from '../../ports/database.js'
import {aloneScript, ordinarySettings, type AloneScript, type AloneWork} from './alone-sql.js'
import {placedError, TargetError} from './failures.js'
import {lockHolders} from './holders.js'
import {busyState} from './ledger.js'
import {cleanBefore, isThereAfter, removeBroken} from './leftovers.js'
import {lockName, type RunMarks} from './sql.js'
import type {TenantRecord} from './state.js'
import {holdersOf, Patience, targetName, type TargetTools} from './target.js'

export interface AloneTools extends TargetTools {
  readonly marks: RunMarks
}

type TenantWork = AloneWork<TenantRecord | undefined>

/**
 * Statement after statement, each recorded when it is done. Those that cannot be in a transaction can be
 * looked at and done again; all others are one transaction with their record. Whatever is cut off, the
 * next run goes on after the last statement that is done.
 */
export async function runAlone(
  session: Session,
  work: TenantWork,
  tools: AloneTools,
): Promise<void> {
  await takeLock(session, work, tools)
  try {
    await new AloneRun(session, work, tools).run()
  } finally {
    await session
      .script('ROLLBACK; RESET ALL; SELECT pg_advisory_unlock_all()')
      .catch(() => undefined)
  }
}

/** Tried again and again, never waited for in the server: what waits there stops indexes of others. */
async function takeLock(session: Session, {file, tenant}: TenantWork, tools: AloneTools) {
  const patience = new Patience(tools)
  for (;;) {
    if (await session.hold(`mitra ${lockName(tenant)}`)) return
    if (await patience.waitAfter(busyState)) continue
    throw new TargetError(busyState, {
      what: `${file.path}: another mitra migrates it`,
      target: targetName(tenant),
      hints: await lockHolders(tools.database, {what: 'busy', target: tenant}),
      cause: undefined,
    })
  }
}

// An index of this name was there before: it is not ours.
const duplicateTable = '42P07'

type Part = AloneScript['statements'][number]

class AloneRun {
  readonly #session: Session
  readonly #work: TenantWork
  readonly #tools: AloneTools
  readonly #script: AloneScript

  constructor(session: Session, work: TenantWork, tools: AloneTools) {
    this.#session = session
    this.#work = work
    this.#tools = tools
    this.#script = aloneScript(work, tools.marks)
  }

  async run(): Promise<void> {
    // A session's settings, on a connection that nobody else has: there is no transaction to bind them to.
    await this.#session.script(this.#script.settings)
    const begun = await this.#begin()
    if (begun === undefined) return
    for (const [index, part] of this.#script.statements.entries()) {
      if (index >= begun.done) await this.#runPart(part, index, begun)
    }
    await this.#session.script(this.#script.end)
  }

  /** Where to begin; undefined when another mitra was faster. */
  async #begin(): Promise<{done: number; isResumed: boolean} | undefined> {
    const {rows} = await this.#session.query(
      `SELECT state, statements_done, statements_checksum FROM shared_schema.schema_migrations WHERE ${this.#script.same}`,
    )
    const [state, count, checksum] = rows[0] ?? []
    const isUp = this.#work.direction === 'up'
    if (state === (isUp ? 'running' : 'undoing')) return this.#resume(Number(count), checksum)
    if (state === (isUp ? 'done' : undefined)) return undefined
    await this.#session.script(this.#script.begin)
    return {done: 0, isResumed: state === 'running'}
  }

  async #resume(done: number, checksum: unknown) {
    const {file, tenant} = this.#work
    if (done > 0 && checksum !== this.#script.statements[done - 1]?.checksum) {
      const message = `${file.path} was changed after a part of it ran in ${targetName(tenant)}.`
      throw new MitraError('config', 'MIGRATION_EDITED', message, {
        hints: [
          `Put back the text of its first ${done === 1 ? 'statement' : `${done} statements`}.`,
        ],
      })
    }
    await this.#session.script(
      `UPDATE shared_schema.schema_migrations SET checksum = '${file.checksum}' WHERE ${this.#script.same}`,
    )
    return {done, isResumed: true}
  }

  async #runPart(
    part: Part,
    index: number,
    begun: {readonly done: number; readonly isResumed: boolean},
  ): Promise<void> {
    const patience = new Patience(this.#tools)
    let mayBeThere = begun.isResumed && (index === begun.done || this.#work.direction === 'down')
    for (;;) {
      try {
        if (part.what.kind === 'ordinary') await this.#runOrdinary(part)
        else await this.#runConcurrent(part, mayBeThere)
        return
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
        await this.#session.script('ROLLBACK')
        mayBeThere = true
        if (await patience.waitAfter(error.code)) continue
        if (error.code !== duplicateTable) await removeBroken(part.what, this.#place())
        await this.#forget(index)
        throw await this.#placed(error, part)
      }
    }
  }

  async #runConcurrent({what, text, record, line}: Part, mayBeThere: boolean): Promise<void> {
    const isDone = mayBeThere && (await cleanBefore(what, this.#place()))
    if (!isDone) await this.#session.script(text)
    if (!(await isThereAfter(what, this.#place()))) throw this.#broken(line)
    await this.#session.script(record)
  }

  async #runOrdinary({text, record}: Part): Promise<void> {
    await this.#session.script(`BEGIN; ${ordinarySettings}`)
    await this.#session.script(text)
    await this.#session.script(`${record}; COMMIT`)
  }

  /** No record where nothing of the file is done. */
  async #forget(index: number): Promise<void> {
    if (index > 0 || this.#work.direction === 'down') return
    await this.#session.script(
      `DELETE FROM shared_schema.schema_migrations WHERE ${this.#script.same} AND statements_done = 0`,
    )
  }

  #place() {
    return {session: this.#session, schema: this.#work.tenant?.schema ?? 'shared_schema'}
  }

  #broken(line: number): TargetError {
    const {file, tenant} = this.#work
    return new TargetError('INVALID_INDEX', {
      what: `${file.path}:${line}: the index is there and not valid`,
      target: targetName(tenant),
      hints: ['Drop it, then run the command again.'],
      cause: undefined,
    })
  }

  async #placed(error: SqlError, {what, text, line}: Part): Promise<TargetError> {
    const {file, tenant} = this.#work
    const {database} = this.#tools
    const isOldSnapshot = what.kind !== 'ordinary' && error.code === '55P03'
    const holders = isOldSnapshot
      ? await lockHolders(database, {what: 'snapshot', target: tenant})
      : await holdersOf(error.code, tenant, this.#tools)
    const parts = [{file, line, start: 0, end: text.length}]
    // What has no place in the text is still of this statement.
    const {hints, plain, offset = 0} = error
    const at = new SqlError(error.code, error.message, {hints, plain, offset})
    return placedError(at, {sql: text, parts, reached: file.version, holders}, targetName(tenant))
  }
}
