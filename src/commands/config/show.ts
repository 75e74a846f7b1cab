import {Flags} from '@oclif/core'
import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import type {Explained} from '../../config/load.js'

interface ShowResult {
  readonly workspace: string | null
  readonly settings: readonly Explained[]
}

export default class ConfigShow extends MitraCommand {
  static override summary = 'Show every setting; --explain says where each value came from.'
  static override examples = ['<%= config.bin %> config show --explain']
  static override flags = {explain: Flags.boolean({summary: 'Say where each value came from.'})}

  async run(): Promise<ShowResult> {
    const {flags} = await this.parse(ConfigShow)
    const {layout, config, isNew} = await this.tools.prospect()
    const rows = config.explained.map(({key, value, where}) => {
      const text = Array.isArray(value) ? value.join(', ') : String(value)
      return flags.explain ? [key, text, where] : [key, text]
    })
    this.log(table(flags.explain ? ['Setting', 'Value', 'From'] : ['Setting', 'Value'], rows))
    if (isNew) this.logToStderr('No workspace here: these are the defaults. mitra setup makes one.')
    return {workspace: isNew ? null : layout.root, settings: config.explained}
  }
}
