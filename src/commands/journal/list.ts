import {Flags} from '@oclif/core'
import {MitraCommand} from '../../cli/mitra-command.js'
import {localTime} from '../../cli/time.js'
import {table} from '../../cli/table.js'

interface RunView {
  readonly id: string
  readonly startedAt: string
  readonly command: string
  readonly outcome: string
  readonly finished: number
  readonly planned: number
  readonly undoneBy: string | null
}

export default class JournalList extends MitraCommand {
  static override summary = 'List what mitra changed in this workspace, newest first.'
  static override examples = ['<%= config.bin %> journal list --limit 5']
  static override flags = {limit: Flags.integer({summary: 'How many runs.', default: 20, min: 1})}

  async run(): Promise<{runs: readonly RunView[]}> {
    const {flags} = await this.parse(JournalList)
    await this.tools.workspace()
    const all = await (await this.tools.journal()).runs()
    const runs = all
      .toReversed()
      .slice(0, flags.limit)
      .map(({id, startedAt, command, outcome, finished, plan, undoneBy = null}) => ({
        id,
        startedAt,
        command,
        outcome,
        finished: finished.length,
        planned: plan.length,
        undoneBy,
      }))
    const rows = runs.map((run) => [
      run.id,
      localTime(run.startedAt),
      run.command,
      run.undoneBy === null ? run.outcome : 'taken back',
      `${run.finished}/${run.planned}`,
    ])
    this.log(table(['Run', 'When', 'Command', 'Outcome', 'Steps'], rows))
    return {runs}
  }
}
