import {environmentArgument, foundEnvironment, localPlaces} from '../../cli/environment-work.js'
import {planFlag} from '../../cli/flags.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf, planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {
  applyEnvironmentInit,
  planEnvironmentInit,
  type EnvironmentInitPlan,
} from '../../features/environments/init.js'
import {applySchemaFile, planSchemaFile} from '../../features/environments/schema-file.js'
import type {EnvironmentName} from '../../ports/environments.js'
import type {Step} from '../../ports/journal.js'

interface EnvInitResult {
  readonly environment: EnvironmentName
  readonly file: string
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** The variables that only a person can give a value. */
  readonly toFill: readonly string[]
}

export default class EnvInit extends MitraCommand {
  static override summary =
    'Write .env.local (or that of staging or production) from env.schema.yml.'
  static override description =
    'Adds the variables that the file lacks and leaves every line of it alone. local gets the ports and passwords of this workspace; for staging and production secrets are written as the place in AWS where they lie.'
  static override examples = [
    '<%= config.bin %> env init',
    '<%= config.bin %> env init production --plan',
  ]
  static override args = {environment: environmentArgument({default: 'local'})}
  static override flags = {plan: planFlag}

  async run(): Promise<EnvInitResult> {
    const {args, flags} = await this.parse(EnvInit)
    const {layout} = await this.tools.workspace()
    const environment = args.environment ?? 'local'
    const files = await this.tools.files()
    const schema = await this.tools.environmentSchema()
    const template = await (await this.tools.templates()).read('environments')
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `env init ${environment}`,
      isPlanOnly: flags.plan,
      observe: async () => {
        const schemaFile = await planSchemaFile(template, layout, files)
        // Read under the lock, as every file that is written back.
        const init = {schema, ...(await foundEnvironment(this.tools, environment))}
        const file = planEnvironmentInit(init)
        return {schemaFile, file, steps: [...schemaFile.steps, ...file.steps]}
      },
      apply: async (planned, {run}) => {
        await applySchemaFile(planned.schemaFile, {files, run})
        const [places, secrets] = [await localPlaces(this.tools), await this.tools.secrets()]
        await applyEnvironmentInit(planned.file, {files, layout, run, places, secrets})
      },
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    this.log(flags.plan ? planText(plan.steps) : initText(environment, plan.file))
    return {environment, file: plan.file.path, applied, plan: plan.steps, toFill: plan.file.toFill}
  }
}

function initText(environment: EnvironmentName, {add, toFill}: EnvironmentInitPlan): string {
  if (add.length === 0) return `.env.${environment} has every variable of env.schema.yml.`
  const next = toFill.map((name) => `  mitra env set ${environment} ${name}`)
  const check = `Next: mitra env check ${environment}`
  return [
    `${countOf(add.length, 'variable')} written to .env.${environment}, which only you can read.`,
    ...(next.length === 0 ? [check] : ['These need a value of yours:', ...next]),
  ].join('\n')
}
