import {Flags} from '@oclif/core'
import {environmentArgument, requiredEnvironment} from '../../cli/environment-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import {diffEnvironments, type EnvironmentDifference} from '../../features/environments/diff.js'
import type {EnvironmentName} from '../../ports/environments.js'

interface EnvDiffResult {
  readonly first: EnvironmentName
  readonly second: EnvironmentName
  readonly variables: readonly EnvironmentDifference[]
}

export default class EnvDiff extends MitraCommand {
  static override summary = 'Compare two environments: which variables, and whether they differ.'
  static override description = 'Values of secrets are never shown, only whether they differ.'
  static override examples = ['<%= config.bin %> env diff staging production']
  static override args = {
    first: environmentArgument({required: true}),
    second: environmentArgument({required: true}),
  }
  static override flags = {all: Flags.boolean({summary: 'Show those that are the same too.'})}

  async run(): Promise<EnvDiffResult> {
    const {args, flags} = await this.parse(EnvDiff)
    const schema = await this.tools.environmentSchema()
    const [first, second] = [
      await requiredEnvironment(this.tools, args.first),
      await requiredEnvironment(this.tools, args.second),
    ]
    const variables = diffEnvironments(schema, first.text, second.text)

    const shown = variables.filter(({state}) => flags.all || state !== 'same')
    const rows = shown.map(({name, state, secret, ...values}) => [
      name,
      state,
      secret ? 'secret' : (values.first ?? ''),
      secret ? 'secret' : (values.second ?? ''),
    ])
    const same = variables.length - shown.length
    this.log(
      shown.length === 0
        ? `No difference in ${variables.length} variables.`
        : `${table(['Variable', 'State', args.first, args.second], rows)}\n\n${same} more are the same.`,
    )
    return {first: args.first, second: args.second, variables}
  }
}
