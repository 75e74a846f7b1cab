import {Flags} from '@oclif/core'
import {doctorTools} from '../cli/doctor-tools.js'
import {repairAll, type RepairResult} from '../cli/doctor-work.js'
import {findingsText, fixText} from '../cli/findings-text.js'
import {fingerprintText, takeFingerprint, type FingerprintResult} from '../cli/fingerprint-work.js'
import {planFlag, yesFlag} from '../cli/flags.js'
import {leaveWhenDone} from '../cli/leaving.js'
import {measurementsText} from '../cli/measurements-text.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {table} from '../cli/table.js'
import {allChecks} from '../features/doctor/all-checks.js'
import type {Check} from '../features/doctor/check.js'
import {diagnose, pageOf, usualDeadlineMs, type Diagnosis} from '../features/doctor/diagnose.js'
import {measureLocal, type Measurement} from '../features/doctor/measure.js'
import {selectChecks} from '../features/doctor/select.js'
import type {Ports} from '../ports/workspace.js'

// What is repaired should be seen, on a busy machine too.
const fixDeadlineMs = 10_000

interface CheckList {
  readonly checks: readonly {readonly id: string; readonly subject: string; readonly page: string}[]
}

interface FixResult extends Diagnosis {
  readonly fix: RepairResult
}

export default class Doctor extends MitraCommand {
  static override summary = 'Look for what is wrong, say why and what to do.'
  static override description =
    'All checks run side by side, each with a deadline. One cause is one finding: what cannot be seen because of it is skipped. Outside a workspace only the machine is looked at. A check that gives no answer in time is unknown. Exits 1 when a check failed or is unknown; a warning is no failure. Changes nothing without --fix, which shows what can safely be repaired, asks, repairs it, looks again and reports what remains; mitra undo takes back what can be.'
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --json',
    '<%= config.bin %> doctor --only dns.localhost',
    '<%= config.bin %> doctor --fix --plan',
    '<%= config.bin %> doctor --fingerprint --compare other-laptop.json',
    '<%= config.bin %> doctor --measure',
  ]
  static override flags = {
    deadline: Flags.integer({
      min: 1,
      max: 600,
      summary:
        'Seconds that one check may take, for a slow machine; without it 2.7, with --fix 10.',
    }),
    fix: Flags.boolean({
      summary: 'Repair what can safely be repaired, after asking.',
      exclusive: ['list'],
    }),
    fingerprint: Flags.boolean({
      summary:
        'Print versions and settings that two laptops should have in common, and their digest.',
      exclusive: ['fix', 'list', 'measure'],
    }),
    compare: Flags.string({
      helpValue: 'FILE',
      summary:
        'With --fingerprint: what differs from the one that --json printed on another machine.',
      dependsOn: ['fingerprint'],
    }),
    measure: Flags.boolean({
      summary: 'Measure what the design promises of a local machine, and say whether it holds.',
      exclusive: ['fix', 'list'],
    }),
    list: Flags.boolean({summary: 'Print the checks and look at nothing.'}),
    only: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Only this check. Repeatable.',
    }),
    plan: planFlag,
    skip: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Not this check. Repeatable.',
    }),
    yes: yesFlag,
  }

  async run(): Promise<
    Diagnosis | FixResult | CheckList | FingerprintResult | {measurements: readonly Measurement[]}
  > {
    const {flags} = await this.parse(Doctor)
    if (flags.fingerprint) return this.fingerprint(flags.compare)
    const chosen = selectChecks(allChecks, flags)
    if (flags.list) return this.printList(chosen)
    leaveWhenDone()
    const usualMs = flags.fix ? fixDeadlineMs : usualDeadlineMs
    const deadlineMs = flags.deadline === undefined ? usualMs : flags.deadline * 1000
    if (flags.measure) return this.measure(deadlineMs)
    const look = (ports?: Ports) =>
      diagnose(chosen, doctorTools(this.tools, {deadlineMs, ports}), {deadlineMs})
    if (flags.fix) return this.fix(look, flags)
    const diagnosis = await look()
    this.log(findingsText(diagnosis))
    if (!diagnosis.healthy) this.exitWithFindings()
    return diagnosis
  }

  private printList(chosen: readonly Check[]): CheckList {
    const checks = chosen.map(({id, subject}) => ({id, subject, page: pageOf(id)}))
    const rows = checks.map(({id, subject}) => [id, subject])
    this.log(table(['Check', 'Subject'], rows))
    return {checks}
  }

  private async fingerprint(file: string | undefined): Promise<FingerprintResult> {
    leaveWhenDone()
    const result = await takeFingerprint(this.tools, file)
    this.log(fingerprintText(result))
    if ((result.differences ?? []).length > 0) this.exitWithFindings()
    return result
  }

  private async measure(deadlineMs: number): Promise<{measurements: readonly Measurement[]}> {
    await this.tools.workspace()
    const measurements = await measureLocal(doctorTools(this.tools, {deadlineMs}))
    this.log(measurementsText(measurements))
    if (measurements.some(({met}) => met === false)) this.exitWithFindings()
    return {measurements}
  }

  private async fix(
    look: (ports?: Ports) => Promise<Diagnosis>,
    {plan, yes}: {readonly plan: boolean; readonly yes: boolean},
  ): Promise<FixResult> {
    const {diagnosis, fix} = await repairAll(this.tools, {plan, yes, look})
    this.log(`${findingsText(diagnosis)}\n\n${fixText(fix)}`)
    if (!diagnosis.healthy || fix.failed.length > 0) this.exitWithFindings()
    if (plan) this.exitWithPlan(fix.plan.length)
    return {...diagnosis, fix}
  }
}
