import {Args} from '@oclif/core'
import {MitraCommand} from '../../cli/mitra-command.js'
import {localTime} from '../../cli/time.js'
import {table} from '../../cli/table.js'
import {findRun} from '../../features/journal/undo.js'
import type {JournalRun} from '../../ports/journal.js'

interface StepView {
  readonly id: string
  readonly title: string
  readonly why: string
  readonly undo: 'automatic' | 'no'
  readonly state: 'done' | 'failed' | 'not done'
  readonly at: string | null
  readonly message: string | null
}

interface ShowResult {
  readonly id: string
  readonly command: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly outcome: string
  readonly undoneBy: string | null
  readonly steps: readonly StepView[]
}

export default class JournalShow extends MitraCommand {
  static override summary = 'Show one run step by step.'
  static override examples = ['<%= config.bin %> journal show last']
  static override args = {
    run: Args.string({required: true, description: 'Id or its beginning, or `last`.'}),
  }

  async run(): Promise<ShowResult> {
    const {args} = await this.parse(JournalShow)
    await this.tools.workspace()
    const run = findRun(await (await this.tools.journal()).runs(), args.run)
    const steps = stepViews(run)
    const rows = steps.map(({title, state, at, message}) => [
      state,
      at === null ? '' : localTime(at),
      message === null ? title : `${title}: ${message}`,
    ])
    this.log(`${run.id}  ${run.command}  ${run.outcome}\n`)
    this.log(table(['State', 'When', 'Step'], rows))
    const {id, command, startedAt, endedAt = null, outcome, undoneBy = null} = run
    return {id, command, startedAt, endedAt, outcome, undoneBy, steps}
  }
}

function stepViews({plan, finished, failed}: JournalRun): readonly StepView[] {
  return plan.map(({id, title, why, undo}) => {
    const done = finished.find((entry) => entry.id === id)
    const failure = failed.find((entry) => entry.id === id)
    const common = {id, title, why, undo}
    if (done !== undefined) return {...common, state: 'done', at: done.at, message: null}
    if (failure === undefined) return {...common, state: 'not done', at: null, message: null}
    return {...common, state: 'failed', at: failure.at, message: failure.message}
  })
}
