import {Flags} from '@oclif/core'
import {keptLogs, type KeptLine} from '../cli/kept-logs.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {serviceArgument} from '../cli/service-argument.js'
import {keptNamed} from '../features/stack/names.js'
import {MitraError} from '../errors.js'

export default class Logs extends MitraCommand {
  static override summary = 'Show what the services wrote; it survives stop and crash.'
  static override examples = [
    '<%= config.bin %> logs postgres --tail 50',
    '<%= config.bin %> logs --follow',
  ]
  static override strict = false
  static override args = {service: serviceArgument}
  static override flags = {
    tail: Flags.integer({summary: 'Lines per service.', default: 100, min: 0, max: 100_000}),
    follow: Flags.boolean({char: 'f', summary: 'Go on until Ctrl-C.'}),
  }

  async run(): Promise<{lines: readonly KeptLine[]}> {
    const {argv, flags} = await this.parse(Logs)
    if (flags.follow && this.jsonEnabled()) {
      throw new MitraError('usage', 'FOLLOW_JSON', '--json is one document: it cannot follow.', {
        hints: ['Leave out --follow or --json.'],
      })
    }
    const wanted = keptNamed(argv.map(String))
    await this.tools.workspace()
    const isPrefixed = wanted.services.length + Number(wanted.backend) > 1
    const lines: KeptLine[] = []
    for await (const line of keptLogs(this.tools, wanted, flags)) {
      if (this.jsonEnabled()) lines.push(line)
      else this.log(isPrefixed ? `${line.service.padEnd(12)} ${line.text}` : line.text)
    }
    return {lines}
  }
}
