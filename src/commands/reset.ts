import {Flags} from '@oclif/core'
import {planFlag, yesFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {planText} from '../cli/plan-text.js'
import {runPlan, type Planned} from '../cli/run-plan.js'
import {applyPurge, applyReset, planPurge, planReset} from '../features/stack/reset.js'
import type {Step} from '../ports/journal.js'

export default class Reset extends MitraCommand {
  static override summary = 'Begin with empty data; the old data are kept and can be taken back.'
  static override description =
    'Stops the services and sets their data aside. `mitra undo` takes them back; `mitra setup` fills the new set. `--purge` deletes what earlier resets set aside, for good.'
  static override examples = [
    '<%= config.bin %> reset --plan',
    '<%= config.bin %> reset --yes',
    '<%= config.bin %> reset --purge',
  ]
  static override flags = {
    plan: planFlag,
    yes: yesFlag,
    purge: Flags.boolean({summary: 'Delete what earlier resets set aside. Cannot be taken back.'}),
  }

  async run(): Promise<{applied: boolean; plan: readonly Step[]}> {
    const {flags} = await this.parse(Reset)
    await this.tools.workspace()
    const {
      plan,
      applied,
      runId = '',
    } = flags.purge ? await this.purge(flags) : await this.setAside(flags)

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : resetText(applied, flags.purge, runId))
    return {applied, plan: plan.steps}
  }

  private async setAside(flags: {plan: boolean; yes: boolean}) {
    const stack = await this.tools.stack()
    const memory = await this.tools.memory()
    return runPlan({
      tools: this.tools,
      command: 'reset',
      isPlanOnly: flags.plan,
      confirm: {question: 'Set all data aside and begin empty?', yes: flags.yes},
      observe: async () => {
        const trashed = (await stack.trashed()).map((set) => set.generation)
        return planReset(await stack.states(), await memory.generation(), trashed)
      },
      apply: (plan, applying) => applyReset(plan, {stack, memory, ...applying}),
    })
  }

  private async purge(flags: {plan: boolean; yes: boolean}) {
    const stack = await this.tools.stack()
    return runPlan<Planned>({
      tools: this.tools,
      command: 'reset --purge',
      isPlanOnly: flags.plan,
      confirm: {question: 'Delete this data for good?', yes: flags.yes, typed: 'purge'},
      observe: async () => ({steps: planPurge(await stack.trashed())}),
      apply: ({steps}, applying) =>
        applyPurge(
          steps.map((step) => Number(step.detail?.['generation'])),
          {stack, ...applying},
        ),
    })
  }
}

function resetText(applied: boolean, isPurge: boolean, runId: string): string {
  if (isPurge) return applied ? 'Deleted.' : 'Nothing was set aside: there is nothing to delete.'
  return `The data are set aside. mitra undo ${runId} takes them back; mitra setup --yes begins anew.`
}
