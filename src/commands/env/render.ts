import {Flags} from '@oclif/core'
import {environmentArgument, requiredEnvironment} from '../../cli/environment-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {
  renderEnvironment,
  renderFormats,
  type RenderFormat,
} from '../../features/environments/render.js'
import {MitraError} from '../../errors.js'
import type {EnvironmentName} from '../../ports/environments.js'

interface EnvRenderResult {
  readonly environment: EnvironmentName
  readonly format: RenderFormat
  /** The file that was written; null where the text is in the result. */
  readonly output: string | null
  readonly text: string | null
}

export default class EnvRender extends MitraCommand {
  static override summary = 'Print an environment as another program takes it.'
  static override description =
    'ecs prints the environment and secrets of a container definition, secrets by the place where they lie. The others leave references as they are unless --resolve asks AWS. What holds a secret goes to a file (0600) or, with --reveal, to standard output.'
  static override examples = [
    '<%= config.bin %> env render production --format ecs',
    '<%= config.bin %> env render staging --format dotenv --resolve --output staging.env',
  ]
  static override args = {environment: environmentArgument({required: true})}
  static override flags = {
    format: Flags.option({
      options: renderFormats,
      default: 'dotenv',
      summary: 'How it is written.',
    })(),
    resolve: Flags.boolean({summary: 'Read what the references stand for from AWS.'}),
    output: Flags.string({char: 'o', summary: 'Write to this file, readable by you alone.'}),
    reveal: Flags.boolean({summary: 'Print secrets to standard output.'}),
  }

  async run(): Promise<EnvRenderResult> {
    const {args, flags} = await this.parse(EnvRender)
    const {environment} = args
    const {text: written} = await requiredEnvironment(this.tools, environment)
    const schema = await this.tools.environmentSchema()
    const rendering = {
      schema,
      environment,
      text: written,
      format: flags.format,
      isResolved: flags.resolve,
    }
    const {text, holdsSecret} = await renderEnvironment(rendering, () => this.tools.parameters())

    const result = {environment, format: flags.format}
    if (flags.output !== undefined) {
      await (await this.tools.files()).write(flags.output, text, 0o600)
      this.log(`Written to ${flags.output}, which only you can read.`)
      return {...result, output: flags.output, text: null}
    }
    if (holdsSecret && !flags.reveal) throw needsReveal(environment)
    this.log(text.trimEnd())
    return {...result, output: null, text}
  }
}

function needsReveal(environment: EnvironmentName): MitraError {
  const message = `What would be printed of ${environment} holds secrets.`
  return new MitraError('refused', 'NEEDS_REVEAL', message, {
    hints: [
      'mitra env render ... --output FILE writes it to a file that only you can read.',
      '--reveal prints it.',
    ],
  })
}
