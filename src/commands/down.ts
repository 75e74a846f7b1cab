import {planFlag} from '../cli/flags.js'
import {applyBackendStop, planBackendStop} from '../cli/kept-work.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {countOf, planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {serviceArgument} from '../cli/service-argument.js'
import {keptNamed} from '../features/stack/names.js'
import {applyStop, planStop} from '../features/stack/stop.js'
import type {Step} from '../ports/journal.js'
import {serviceNames} from '../ports/stack.js'

export default class Down extends MitraCommand {
  static override summary = 'Stop the local services. Every row stays.'
  static override examples = ['<%= config.bin %> down', '<%= config.bin %> down nginx']
  static override strict = false
  static override args = {service: serviceArgument}
  static override flags = {plan: planFlag}

  async run(): Promise<{applied: boolean; plan: readonly Step[]}> {
    const {argv, flags} = await this.parse(Down)
    const wanted = keptNamed(argv.map(String))
    await this.tools.workspace()
    const stack = await this.tools.stack()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'down',
      isPlanOnly: flags.plan,
      observe: async () => {
        const backend = wanted.backend ? await planBackendStop(this.tools) : []
        return {steps: [...backend, ...planStop(wanted.services, await stack.states())]}
      },
      apply: async ({steps}, applying) => {
        await applyBackendStop(this.tools, steps, applying)
        await applyStop(servicesOf(steps), {stack, ...applying})
      },
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : downText(plan.steps.length))
    return {applied, plan: plan.steps}
  }
}

function servicesOf(steps: readonly Step[]) {
  return serviceNames.filter((name) => steps.some((step) => step.id === `stack.stop.${name}`))
}

function downText(stopped: number): string {
  if (stopped === 0) return 'Everything is down already.'
  return `${countOf(stopped, 'service')} stopped. The data stay; mitra up starts again.`
}
