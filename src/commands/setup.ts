import {Flags} from '@oclif/core'
import {askChoices} from '../cli/ask-choices.js'
import {engineFlag, objectStoreFlag, planFlag, yesFlag} from '../cli/flags.js'
import {keptViews} from '../cli/kept-work.js'
import {mitraProgram} from '../cli/mitra-program.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {runPlan} from '../cli/run-plan.js'
import {nextCommands, setupText, setupUndoText} from '../cli/setup-text.js'
import {undoSetup} from '../cli/setup-undo.js'
import {
  applyMachine,
  askPassword,
  leftForPerson,
  planMachine,
  type MachinePlan,
  type SetupWish,
} from '../cli/setup-work.js'
import {machineShortages} from '../cli/toolchain-work.js'
import {observeDatabase} from '../features/migrations/state.js'
import type {ServiceView} from '../features/stack/status.js'
import type {FollowUp} from '../features/toolchain/follow-ups.js'
import type {Shortage} from '../features/toolchain/minimums.js'
import type {Step} from '../ports/journal.js'
import type {Ports} from '../ports/workspace.js'
import {toolchainProfiles, type ToolchainProfile} from '../ports/toolchain.js'

interface SetupResult {
  readonly workspace: string
  readonly engine: 'docker' | 'native'
  readonly why: string
  readonly applied: boolean
  readonly plan: readonly Step[]
  readonly later: readonly string[]
  readonly services: readonly ServiceView[]
  readonly tenants: readonly string[] | null
  readonly urls: Readonly<Record<string, string>>
  /** With --profile: what only a person can do. */
  readonly followUps?: readonly FollowUp[]
  /** With --profile: where the machine is less than what the work needs. */
  readonly shortages?: readonly Shortage[]
  /** With --undo: steps that cannot be taken back. */
  readonly kept?: readonly Step[]
}

interface WishFlags {
  readonly profile: ToolchainProfile | undefined
  readonly plan: boolean
  readonly yes: boolean
  readonly 'tools-only': boolean
  readonly 'no-hooks': boolean
  readonly 'container-engine': string | undefined
  readonly 'database-tool': string | undefined
}

export default class Setup extends MitraCommand {
  static override summary = 'From nothing to a working platform: services, database, tenants.'
  static override description =
    'Finds what the machine has, gets what is missing, makes the workspace, starts the services, migrates the database and fills the demo tenants. Run again it goes on where it stopped, and changes nothing when all is there. With --profile it first installs the tools that a developer needs, through apt on Debian, Ubuntu and WSL and through brew bundle on a Mac, and writes their versions to mitra.lock; it clones python-backend/ and flutter-app/ (repositories in mitra.yml) or writes a small backend, installs what they need, and the hooks of repositories that have the Git workflow (git init).'
  static override examples = [
    '<%= config.bin %> setup --yes',
    '<%= config.bin %> setup --plan',
    '<%= config.bin %> setup --profile backend --plan',
    '<%= config.bin %> setup --profile full --container-engine colima --database-tool dbeaver',
    '<%= config.bin %> setup --engine native --object-store minio',
    '<%= config.bin %> setup --undo --plan',
  ]
  static override flags = {
    plan: planFlag,
    yes: yesFlag,
    engine: engineFlag,
    'object-store': objectStoreFlag,
    profile: Flags.option({
      options: toolchainProfiles,
      summary: 'Also install the tools of this kind of work.',
    })(),
    'tools-only': Flags.boolean({
      summary: 'Only the tools; the platform stays as it is.',
      dependsOn: ['profile'],
    }),
    'container-engine': Flags.string({
      summary: 'With --profile on a Mac: docker-desktop, orbstack or colima.',
      dependsOn: ['profile'],
    }),
    'database-tool': Flags.string({
      summary: 'With --profile: pgadmin, dbeaver or none.',
      dependsOn: ['profile'],
    }),
    'no-hooks': Flags.boolean({
      summary: 'With --profile: install no Git hooks.',
      dependsOn: ['profile'],
    }),
    undo: Flags.boolean({
      summary: 'Take back every setup of this workspace, the newest first.',
      exclusive: ['profile', 'tools-only'],
    }),
  }

  async run(): Promise<SetupResult> {
    const {flags} = await this.parse(Setup)
    this.tools.override({engine: flags.engine, 'objectStore.provider': flags['object-store']})
    if (flags.undo) return this.takeBack(flags)
    const wish = await this.wishOf(flags)
    const shortages = wish.profile === undefined ? [] : await machineShortages(this.tools)
    const {steps, plan, applied} = await this.inPlans(flags, wish)
    const followUps = await this.followUpsAfter(plan, applied, wish)
    const {engine, why} = await this.tools.engine()
    const {next, ...seen} = wish.isToolsOnly
      ? {...nothingSeen, next: []}
      : await this.seen(plan, flags.plan)
    const {layout} = await this.tools.prospect()
    if (flags.plan) this.exitWithPlan(steps.length)
    const isPlan = flags.plan
    const shown = {
      ...seen,
      applied,
      followUps,
      root: layout.root,
      engine,
      why,
      isPlan,
      steps,
      shortages,
    }
    const later = isPlan ? plan.later : []
    this.log(setupText({...shown, next, later, isToolsOnly: wish.isToolsOnly}))
    return {
      workspace: layout.root,
      engine,
      why,
      applied,
      plan: steps,
      later,
      ...seen,
      ...(wish.profile === undefined ? {} : {followUps, shortages}),
    }
  }

  private async wishOf(flags: WishFlags): Promise<SetupWish> {
    const {profile} = flags
    const ids = ['container-engine', 'database-tool'] as const
    const given = ids.map((id) => [id, flags[id]] as const)
    const choices = Object.fromEntries(
      given.flatMap(([id, answer]) => (answer === undefined ? [] : [[id, answer]])),
    )
    const hookProgram = flags['no-hooks'] ? undefined : mitraProgram(this.config.root)
    const wish = {profile, isToolsOnly: flags['tools-only'], choices, hookProgram}
    if (profile === undefined) return wish
    const mayAsk = !flags.plan && !flags.yes
    return {...wish, choices: await askChoices(this.tools, {profile, choices}, {mayAsk})}
  }

  /** A stopped database is started by a first plan and then asked by a second; so with what Apple offers. */
  private async inPlans(flags: {plan: boolean; yes: boolean}, wish: SetupWish) {
    const first = await this.onePlan(flags, wish)
    let {plan, applied} = first
    let steps = plan.steps
    let isGoingOn = applied
    // Apple is asked, its tools come, and then all the rest.
    for (let more = 0; more < 3 && isGoingOn && plan.later.length > 0; more += 1) {
      const next = await this.onePlan(flags, wish)
      plan = next.plan
      isGoingOn = next.applied
      applied ||= next.applied
      steps = [...steps, ...plan.steps]
    }
    return {plan, applied, steps}
  }

  private onePlan(flags: {plan: boolean; yes: boolean}, wish: SetupWish) {
    return runPlan<MachinePlan>({
      tools: this.tools,
      command: wish.profile === undefined ? 'setup' : `setup --profile ${wish.profile}`,
      isPlanOnly: flags.plan,
      confirm: {question: 'Do this?', yes: flags.yes},
      observe: () => planMachine(this.tools, wish),
      prepare: (plan) => askPassword(this.tools, plan),
      apply: (plan, applying) => applyMachine(this.tools, plan, wish, applying),
    })
  }

  /** Asked again after a change: what was installed may be hidden by another. */
  private async followUpsAfter(plan: MachinePlan, applied: boolean, wish: SetupWish) {
    if (!applied || wish.profile === undefined) return plan.followUps
    return leftForPerson(this.tools, wish, plan.platform)
  }

  private async seen({platform}: MachinePlan, isPlan: boolean) {
    const ports = platform?.start.ports
    const states = await (await this.tools.stack(ports)).states()
    const {services, backend} = await keptViews(this.tools, states, ports)
    const urls = Object.fromEntries(services.map(({name, url}) => [name, url]))
    if (isPlan) return {services, tenants: null, urls, next: []}
    const canDev = backend === null && services.some(({name}) => name === 'backend')
    return {services, urls, ...(await this.tenantsSeen(ports, canDev))}
  }

  private async tenantsSeen(ports: Ports | undefined, canDev: boolean) {
    const state = await observeDatabase(await this.tools.database(ports))
    const {config} = await this.tools.prospect()
    const tenants = state.tenants.map((tenant) => tenant.name)
    const filled = config.values['tenants.demo'].filter((name) => tenants.includes(name))
    const usedNames = new Set([...state.tenants, ...state.closed].map(({name}) => name))
    return {tenants, next: nextCommands({filled, usedNames, canDev})}
  }

  private async takeBack(flags: {plan: boolean; yes: boolean}): Promise<SetupResult> {
    const {applied, steps, kept} = await undoSetup(this.tools, flags)
    const {engine, why} = await this.tools.engine()
    const {layout} = await this.tools.prospect()
    if (flags.plan) this.exitWithPlan(steps.length)
    this.log(setupUndoText({applied, steps, kept}))
    const done = {workspace: layout.root, engine, why, applied, plan: steps, later: []}
    return {...done, ...nothingSeen, kept}
  }
}

const nothingSeen = {services: [], tenants: null, urls: {}}
