import {engineFlag, objectStoreFlag, planFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {applyUp, keptViews, planUp} from '../cli/kept-work.js'
import {countOf, planText} from '../cli/plan-text.js'
import {runPlan} from '../cli/run-plan.js'
import {serviceArgument} from '../cli/service-argument.js'
import {servicesTable} from '../cli/services-table.js'
import {keptNamed} from '../features/stack/names.js'
import type {ServiceView} from '../features/stack/status.js'
import type {Step} from '../ports/journal.js'

interface UpResult {
  readonly engine: 'docker' | 'native'
  readonly why: string
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly services: readonly ServiceView[]
  /** Who runs the backend instead, or why it does not run. */
  readonly backend: string | null
}

export default class Up extends MitraCommand {
  static override summary = 'Start the local services and wait until they answer.'
  static override description =
    'Starts what is down, side by side, and leaves what runs alone. A service that fails shows its cause and its last lines; the others stay up and the next `up` goes on. The backend is among them when python-backend/ is prepared.'
  static override examples = ['<%= config.bin %> up', '<%= config.bin %> up postgres redis --plan']
  static override strict = false
  static override args = {service: serviceArgument}
  static override flags = {plan: planFlag, engine: engineFlag, 'object-store': objectStoreFlag}

  async run(): Promise<UpResult> {
    const {argv, flags} = await this.parse(Up)
    this.tools.override({engine: flags.engine, 'objectStore.provider': flags['object-store']})
    const wanted = keptNamed(argv.map(String))
    await this.tools.workspace()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'up',
      isPlanOnly: flags.plan,
      observe: () => planUp(this.tools, wanted),
      apply: (start, applying) => applyUp(this.tools, start, applying),
    })
    const {ports, start, states: before} = plan.stack

    const {engine, why} = await this.tools.engine()
    const states = applied ? await (await this.tools.stack(ports)).states() : before
    const kept = await keptViews(this.tools, states, ports)
    const started = start.length + plan.steps.filter(({id}) => id === 'backend.start').length
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : upText(applied, started, kept))
    return {engine, why, applied, plan: plan.steps, ...kept}
  }
}

function upText(
  applied: boolean,
  started: number,
  {services, backend}: Pick<UpResult, 'services' | 'backend'>,
): string {
  const first = applied ? `${countOf(started, 'service')} started.` : 'Everything is up already.'
  const note = backend === null ? [] : [`The backend is not started: ${backend}.`]
  return [servicesTable(services), '', first, ...note].join('\n')
}
