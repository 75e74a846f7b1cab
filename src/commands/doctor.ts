import {Flags} from '@oclif/core'
import {doctorTools} from '../cli/doctor-tools.js'
import {findingsText} from '../cli/findings-text.js'
import {leaveWhenDone} from '../cli/leaving.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {table} from '../cli/table.js'
import {allChecks} from '../features/doctor/all-checks.js'
import {diagnose, pageOf, usualDeadlineMs, type Diagnosis} from '../features/doctor/diagnose.js'
import {selectChecks} from '../features/doctor/select.js'

interface CheckList {
  readonly checks: readonly {readonly id: string; readonly subject: string; readonly page: string}[]
}

export default class Doctor extends MitraCommand {
  static override summary = 'Look for what is wrong, say why and what to do. Changes nothing.'
  static override description =
    'All checks run side by side, each with a deadline. One cause is one finding: what cannot be seen because of it is skipped. Outside a workspace only the machine is looked at. A check that gives no answer in time is unknown. Exits 1 when a check failed or is unknown; a warning is no failure.'
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --json',
    '<%= config.bin %> doctor --only dns.localhost',
  ]
  static override flags = {
    deadline: Flags.integer({
      min: 1,
      max: 600,
      summary: 'Seconds that one check may take, for a slow machine; 2.7 without it.',
    }),
    list: Flags.boolean({summary: 'Print the checks and look at nothing.'}),
    only: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Only this check. Repeatable.',
    }),
    skip: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Not this check. Repeatable.',
    }),
  }

  async run(): Promise<Diagnosis | CheckList> {
    const {flags} = await this.parse(Doctor)
    const chosen = selectChecks(allChecks, flags)
    if (flags.list) {
      const checks = chosen.map(({id, subject}) => ({id, subject, page: pageOf(id)}))
      this.log(
        table(
          ['Check', 'Subject'],
          checks.map(({id, subject}) => [id, subject]),
        ),
      )
      return {checks}
    }
    leaveWhenDone()
    const deadlineMs = flags.deadline === undefined ? usualDeadlineMs : flags.deadline * 1000
    const diagnosis = await diagnose(chosen, doctorTools(this.tools, deadlineMs), {deadlineMs})
    this.log(findingsText(diagnosis))
    if (!diagnosis.healthy) this.exitWithFindings()
    return diagnosis
  }
}
