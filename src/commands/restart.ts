import {planFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {servicesTable} from '../cli/services-table.js'
import {applyStackStart, planStackStart} from '../cli/start-stack.js'
import {servicesNamed} from '../features/stack/names.js'
import {planRestart} from '../features/stack/restart.js'
import {serviceViews, type ServiceView} from '../features/stack/status.js'
import {applyStop} from '../features/stack/stop.js'
import type {Step} from '../ports/journal.js'

interface RestartResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly services: readonly ServiceView[]
}

export default class Restart extends MitraCommand {
  static override summary = 'Stop and start services.'
  static override examples = ['<%= config.bin %> restart nginx']
  static override strict = false
  static override flags = {plan: planFlag}

  async run(): Promise<RestartResult> {
    const {argv, flags} = await this.parse(Restart)
    const wanted = servicesNamed(argv.map(String))
    await this.tools.workspace()
    const stack = await this.tools.stack()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'restart',
      isPlanOnly: flags.plan,
      observe: async () =>
        planRestart(wanted, await stack.states(), await planStackStart(this.tools, wanted)),
      apply: async ({stop, start}, applying) => {
        await applyStop(stop, {stack, ...applying})
        await applyStackStart(this.tools, start, applying)
      },
    })

    const services = serviceViews(await (await this.tools.stack(plan.start.ports)).states())
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : servicesTable(services))
    return {applied, plan: plan.steps, services}
  }
}
