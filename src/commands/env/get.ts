import {Args, Flags} from '@oclif/core'
import {environmentArgument, requiredEnvironment} from '../../cli/environment-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {dotenvValues, readDotenv} from '../../features/environments/dotenv.js'
import {looksLikeReference} from '../../features/environments/references.js'
import {resolvedValue} from '../../features/environments/render.js'
import {knownVariable} from '../../features/environments/set.js'
import {MitraError} from '../../errors.js'
import type {EnvironmentName} from '../../ports/environments.js'

interface EnvGetResult {
  readonly environment: EnvironmentName
  readonly name: string
  readonly secret: boolean
  /** Null for a secret without --reveal. */
  readonly value: string | null
  /** Where it lies when the file only says so. */
  readonly reference: string | null
}

export default class EnvGet extends MitraCommand {
  static override summary = 'Print the value of one variable; a secret only with --reveal.'
  static override examples = [
    '<%= config.bin %> env get local S3_BUCKET',
    '<%= config.bin %> env get production REDIS_URL --reveal',
  ]
  static override args = {
    environment: environmentArgument({required: true}),
    name: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'The variable: REDIS_URL.',
    }),
  }
  static override flags = {
    reveal: Flags.boolean({summary: 'Print a secret; a reference is read from AWS.'}),
  }

  async run(): Promise<EnvGetResult> {
    const {args, flags} = await this.parse(EnvGet)
    const {environment, name} = args
    const {secret} = knownVariable(await this.tools.environmentSchema(), environment, name)
    const {text} = await requiredEnvironment(this.tools, environment)
    const written = dotenvValues(readDotenv(text)).get(name)
    if (written === undefined || written === '') throw noValue(environment, name)

    const isReference = looksLikeReference(written)
    const value = await this.shownValue(written, {isReference, secret, reveal: flags.reveal})
    const reference = isReference ? written : null
    this.log(value ?? reference ?? '[redacted]')
    if (value === null) this.logToStderr('A secret: --reveal prints its value.')
    return {environment, name, secret, value, reference}
  }

  private async shownValue(
    written: string,
    how: {readonly isReference: boolean; readonly secret: boolean; readonly reveal: boolean},
  ): Promise<string | null> {
    if (how.secret && !how.reveal) return null
    if (!how.isReference) return written
    return (await resolvedValue(written, await this.tools.parameters())).reveal()
  }
}

function noValue(environment: EnvironmentName, name: string): MitraError {
  return new MitraError('config', 'NO_VALUE', `${name} has no value in .env.${environment}.`, {
    hints: [`mitra env set ${environment} ${name}`, `mitra env check ${environment}`],
  })
}
