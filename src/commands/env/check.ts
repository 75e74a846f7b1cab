import {Flags} from '@oclif/core'
import {environmentArgument, foundEnvironment} from '../../cli/environment-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf} from '../../cli/plan-text.js'
import {table} from '../../cli/table.js'
import {checkEnvironment, type EnvironmentProblem} from '../../features/environments/check.js'
import {unreadableReferences} from '../../features/environments/reach.js'
import {environmentNames, type EnvironmentName} from '../../ports/environments.js'

interface EnvCheckResult {
  readonly environments: readonly EnvironmentName[]
  readonly problems: readonly EnvironmentProblem[]
}

export default class EnvCheck extends MitraCommand {
  static override summary =
    'Say what is wrong with the .env files. Changes nothing; exits 1 for a finding.'
  static override description =
    'Checks each file that is there (or the one named) by env.schema.yml: missing, misspelt and wrongly typed variables, secrets that lie in a file, files that others or git can read. Values are never shown.'
  static override examples = [
    '<%= config.bin %> env check',
    '<%= config.bin %> env check production --resolve',
  ]
  static override args = {environment: environmentArgument()}
  static override flags = {
    resolve: Flags.boolean({summary: 'Also ask AWS whether each reference can be read.'}),
  }

  async run(): Promise<EnvCheckResult> {
    const {args, flags} = await this.parse(EnvCheck)
    const schema = await this.tools.environmentSchema()
    const names = args.environment === undefined ? environmentNames : [args.environment]
    const all = await Promise.all(names.map((name) => foundEnvironment(this.tools, name)))
    // Nobody has all three; the one that was named, and that of this machine, are wanted.
    const found = all.filter(
      ({environment, text}) =>
        text !== undefined || environment === 'local' || args.environment !== undefined,
    )
    const problems = found.flatMap((one) => [...checkEnvironment(schema, one)])
    if (flags.resolve) {
      const parameters = await this.tools.parameters()
      for (const one of found) problems.push(...(await unreadableReferences(one, parameters)))
    }

    if (problems.length > 0) this.exitWithFindings()
    const environments = found.map(({environment}) => environment)
    this.log(checkText(environments, problems))
    return {environments, problems}
  }
}

function checkText(
  environments: readonly EnvironmentName[],
  problems: readonly EnvironmentProblem[],
): string {
  if (problems.length === 0) return `Nothing is wrong: ${environments.join(', ')}.`
  const rows = problems.map(({where, rule, what, fix}) => [where, rule, what, fix])
  return `${table(['Where', 'Rule', 'What', 'Fix'], rows)}\n\n${countOf(problems.length, 'finding')}.`
}
