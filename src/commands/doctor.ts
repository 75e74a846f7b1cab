import {Flags} from '@oclif/core'
import {doctorTools} from '../cli/doctor-tools.js'
import {findingsText} from '../cli/findings-text.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {allChecks} from '../features/doctor/all-checks.js'
import {diagnose, type Diagnosis} from '../features/doctor/diagnose.js'
import {selectChecks} from '../features/doctor/select.js'

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

  async run(): Promise<Diagnosis> {
    const {flags} = await this.parse(Doctor)
    const diagnosis = await diagnose(selectChecks(allChecks, flags), doctorTools(this.tools))
    this.log(findingsText(diagnosis))
    if (!diagnosis.healthy) this.exitWithFindings()
    return diagnosis
  }
}
