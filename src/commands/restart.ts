import {planFlag} from '../cli/flags.js'
import {
  applyBackendStart,
  applyBackendStop,
  keptViews,
  planBackendStart,
  planBackendStop,
} from '../cli/kept-work.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {serviceArgument} from '../cli/service-argument.js'
import {servicesTable} from '../cli/services-table.js'
import {applyStackStart, planStackStart} from '../cli/start-stack.js'
import {keptNamed, type KeptNames} from '../features/stack/names.js'
import {planRestart} from '../features/stack/restart.js'
import type {ServiceView} from '../features/stack/status.js'
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
  static override args = {service: serviceArgument}
  static override flags = {plan: planFlag}

  async run(): Promise<RestartResult> {
    const {argv, flags} = await this.parse(Restart)
    const wanted = keptNamed(argv.map(String))
    await this.tools.workspace()
    const stack = await this.tools.stack()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'restart',
      isPlanOnly: flags.plan,
      observe: () => this.planned(wanted),
      apply: async ({steps, services, kept}, applying) => {
        await applyBackendStop(this.tools, steps, applying)
        await applyStop(services.stop, {stack, ...applying})
        if (services.stop.includes('postgres')) await stack.forgetPassword()
        await applyStackStart(this.tools, services.start, applying)
        await applyBackendStart(this.tools, kept, services.start.ports, applying)
      },
    })

    const {ports} = plan.services.start
    const {services} = await keptViews(
      this.tools,
      await (await this.tools.stack(ports)).states(),
      ports,
    )
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : servicesTable(services))
    return {applied, plan: plan.steps, services}
  }

  private async planned({services: names, backend, isNamed}: KeptNames) {
    const states = await (await this.tools.stack()).states()
    const services = planRestart(names, states, await planStackStart(this.tools, names))
    const {ports} = services.start
    const kept = backend
      ? await planBackendStart(this.tools, ports, {isNamed, isRestart: true})
      : {steps: [], root: '', project: undefined}
    const stop = kept.steps.length > 0 ? await planBackendStop(this.tools) : []
    return {steps: [...stop, ...services.steps, ...kept.steps], services, kept}
  }
}
