import {Args, Flags} from '@oclif/core'
import {MitraCommand} from '../../cli/mitra-command.js'
import {newMigration} from '../../features/migrations/files.js'

export default class DbNew extends MitraCommand {
  static override summary = 'Write an empty migration, dated now.'
  static override examples = [
    '<%= config.bin %> db new add_claims',
    '<%= config.bin %> db new add_states --shared',
  ]
  static override args = {name: Args.string({required: true, description: 'Words joined by _.'})}
  static override flags = {
    shared: Flags.boolean({summary: 'For shared_schema instead of every tenant.'}),
  }

  async run(): Promise<{path: string}> {
    const {args, flags} = await this.parse(DbNew)
    await this.tools.workspace()
    const scope = flags.shared ? 'shared' : 'tenant'
    const {fileName, text} = newMigration(scope, args.name, this.tools.clock().now())
    const path = await (await this.tools.migrationFiles()).create(scope, fileName, text)
    this.log(`${path}\nNext: write it, then mitra db migrate --plan`)
    return {path}
  }
}
