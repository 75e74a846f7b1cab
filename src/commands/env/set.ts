import {Args, Flags} from '@oclif/core'
import {environmentArgument, foundEnvironment} from '../../cli/environment-work.js'
import {planFlag, yesFlag} from '../../cli/flags.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {commandLine, planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {givenSecret} from '../../cli/secret-input.js'
import {parseReference} from '../../features/environments/references.js'
import {
  applyEnvironmentSet,
  knownVariable,
  planEnvironmentSet,
} from '../../features/environments/set.js'
import type {EnvironmentName} from '../../ports/environments.js'
import type {Step} from '../../ports/journal.js'

interface EnvSetResult {
  readonly environment: EnvironmentName
  readonly name: string
  readonly applied: boolean
  readonly plan: readonly Step[]
}

export default class EnvSet extends MitraCommand {
  static override summary =
    'Give a variable its value; a secret of staging or production goes to AWS.'
  static override description =
    'The value of a secret comes from standard input, a file or a hidden prompt, never from the command line, which every user of the machine can read. What the file held before is kept for mitra undo.'
  static override examples = [
    '<%= config.bin %> env set local LOG_LEVEL info',
    '<%= config.bin %> env set production OPENAI_API_KEY --stdin < key.txt',
    '<%= config.bin %> env set staging REDIS_URL --reference secretsmanager:agent-mitra/staging#REDIS_URL',
  ]
  static override args = {
    environment: environmentArgument({required: true}),
    name: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'The variable: REDIS_URL.',
    }),
    // oclif would read the argument from a pipe, where --stdin reads the value.
    value: Args.string({description: 'Its value; not for a secret.', ignoreStdin: true}),
  }
  static override flags = {
    plan: planFlag,
    yes: yesFlag,
    stdin: Flags.boolean({summary: 'Read the value from standard input.', exclusive: ['file']}),
    file: Flags.string({summary: 'Read the value from this file.'}),
    reference: Flags.string({
      summary: 'The value lies there already: ssm:/path/NAME or secretsmanager:name#key.',
      exclusive: ['stdin', 'file'],
    }),
  }

  async run(): Promise<EnvSetResult> {
    const {args, flags} = await this.parse(EnvSet)
    const {environment, name} = args
    const {layout} = await this.tools.workspace()
    const schema = await this.tools.environmentSchema()
    const variable = knownVariable(schema, environment, name)
    const reference = flags.reference === undefined ? undefined : parseReference(flags.reference)
    const value =
      reference === undefined
        ? await givenSecret({...flags, ...args, isSecret: variable.secret})
        : undefined
    const files = await this.tools.files()
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: `env set ${environment} ${name}`,
      isPlanOnly: flags.plan,
      ...(environment === 'production'
        ? {
            confirm: {
              question: `Change ${name} of production?`,
              yes: flags.yes,
              typed: name,
              flags: howGiven(flags, args.value),
            },
          }
        : {}),
      // Read under the lock: of two at once neither may write over the other's line.
      observe: async () => {
        const {path, text} = await foundEnvironment(this.tools, environment)
        return planEnvironmentSet({schema, environment, name, value, reference, path, text})
      },
      apply: (planned, {run}) =>
        applyEnvironmentSet(planned, {
          files,
          layout,
          run,
          parameters: () => this.tools.parameters(),
        }),
    })

    if (flags.plan) this.exitWithPlan(plan.steps.length)
    const isDone = plan.steps.length === 0 ? `${name} is that already.` : `${name} is set.`
    this.log(flags.plan ? planText(plan.steps) : isDone)
    return {environment, name, applied, plan: plan.steps}
  }
}

/** The way of the value again; a value is shown as the word that stands for it. */
function howGiven(
  {
    stdin,
    file,
    reference,
  }: {
    readonly stdin: boolean
    readonly file: string | undefined
    readonly reference: string | undefined
  },
  value: string | undefined,
): string {
  if (stdin) return '--stdin'
  if (file !== undefined) return `--file ${commandLine([file])}`
  if (reference !== undefined) return `--reference ${commandLine([reference])}`
  return value === undefined ? '' : 'VALUE'
}
