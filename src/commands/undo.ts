import {Args} from '@oclif/core'
import {planFlag, yesFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {localTime} from '../cli/time.js'
import {undoersOf} from '../cli/undoers.js'
import {applyUndo, findRun, planUndo, runToUndo} from '../features/journal/undo.js'
import type {Step} from '../ports/journal.js'

interface UndoResult {
  readonly applied: boolean
  readonly undone: string
  readonly plan: readonly Step[]
  readonly kept: readonly Step[]
}

export default class Undo extends MitraCommand {
  static override summary = 'Take back the newest run that can be taken back, or the one named.'
  static override description =
    'The plan backwards, from what the journal recorded. What cannot be taken back is listed and left. After a reset it brings every row back.'
  static override examples = ['<%= config.bin %> undo --plan', '<%= config.bin %> undo --yes']
  static override args = {run: Args.string({description: 'Id or its beginning, or `last`.'})}
  static override flags = {plan: planFlag, yes: yesFlag}

  async run(): Promise<UndoResult> {
    const {args, flags} = await this.parse(Undo)
    await this.tools.workspace()
    const journal = await this.tools.journal()
    const undoers = undoersOf(this.tools)
    const run = await runToUndo(await journal.runs(), args.run, undoers)
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `undo ${run.id}`,
      isPlanOnly: flags.plan,
      confirm: {
        question: `Take back "${run.command}" of ${localTime(run.startedAt)}?`,
        yes: flags.yes,
      },
      undoes: run.id,
      // Read again: another mitra may have gone on with it while this one waited for the lock.
      observe: async () => planUndo(findRun(await journal.runs(), run.id), undoers),
      apply: applyUndo,
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    const kept = plan.kept.map((step) => `Stays: ${step.title}.`)
    const done = applied ? `Taken back: ${run.command}.` : 'There was nothing left to take back.'
    this.log([flags.plan ? planText(plan.steps) : done, ...kept].join('\n'))
    return {applied, undone: run.id, plan: plan.steps, kept: plan.kept}
  }
}
