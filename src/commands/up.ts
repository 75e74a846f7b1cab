import {engineFlag, objectStoreFlag, planFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {countOf, planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {servicesTable} from '../cli/services-table.js'
import {applyStackStart, planStackStart} from '../cli/start-stack.js'
import {servicesNamed} from '../features/stack/names.js'
import {serviceViews, type ServiceView} from '../features/stack/status.js'
import type {Step} from '../ports/journal.js'

interface UpResult {
  readonly engine: 'docker' | 'native'
  readonly why: string
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly services: readonly ServiceView[]
}

export default class Up extends MitraCommand {
  static override summary = 'Start the local services and wait until they answer.'
  static override description =
    'Starts what is down, side by side, and leaves what runs alone. A service that fails shows its cause and its last lines; the others stay up and the next `up` goes on.'
  static override examples = ['<%= config.bin %> up', '<%= config.bin %> up postgres redis --plan']
  static override strict = false
  static override flags = {plan: planFlag, engine: engineFlag, 'object-store': objectStoreFlag}

  async run(): Promise<UpResult> {
    const {argv, flags} = await this.parse(Up)
    this.tools.override({engine: flags.engine, 'objectStore.provider': flags['object-store']})
    const wanted = servicesNamed(argv.map(String))
    await this.tools.workspace()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'up',
      isPlanOnly: flags.plan,
      observe: () => planStackStart(this.tools, wanted),
      apply: (start, applying) => applyStackStart(this.tools, start, applying),
    })

    const {engine, why} = await this.tools.engine()
    const states = applied ? await (await this.tools.stack(plan.ports)).states() : plan.states
    const services = serviceViews(states)
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : upText(applied, plan.start.length, services))
    return {engine, why, applied, plan: plan.steps, services}
  }
}

function upText(applied: boolean, started: number, services: readonly ServiceView[]): string {
  const first = applied ? `${countOf(started, 'service')} started.` : 'Everything is up already.'
  return `${servicesTable(services)}\n\n${first}`
}
