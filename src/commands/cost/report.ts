import {Flags} from '@oclif/core'
import {billFlags} from '../../cli/bill.js'
import {planFlag} from '../../cli/flags.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {notifyChannels} from '../../cli/open-notifiers.js'
import {problemOf, remarks} from '../../cli/report-remarks.js'
import {deliverReport, openChannels} from '../../cli/report-sends.js'
import {
  formatOf,
  isWorthReading,
  makeReport,
  reportFormats,
  reportText,
} from '../../cli/report-work.js'
import {watchedRun} from '../../cli/watched-run.js'
import type {CostReport as Report} from '../../features/cost/report/cost-report.js'
import {failOver, parseFailOver, type FailOver} from '../../features/cost/report/fail-over.js'
import type {SendResult} from '../../features/cost/report/send-report.js'

interface ReportResult {
  readonly report: Report
  /** Null without --fail-over. */
  readonly failOver: FailOver | null
  readonly sends: readonly SendResult[]
  /** The file that it was written to. */
  readonly output: string | null
}

export default class CostReport extends MitraCommand {
  static override summary = 'What the month costs so far, what it will cost, and why.'
  static override description =
    'The bill to date by service, with tax, credits and refunds, against the budget of the phase; every subscription, GST, a forecast, anomalies, and what changed since the last report. One paid request to Cost Explorer ($0.01) when what is kept is not fresh; none with --from, --sample or --no-fetch. Days are those of the bill, in UTC.\n\nExits 1 when --fail-over is exceeded or a channel of --send failed; 5 when the data are old or partial, and prints the report all the same; 4 when there are none. With --send or --quiet the ping address, where one is set, hears of the start and of the end.'
  static override examples = [
    '<%= config.bin %> cost report --sample',
    '<%= config.bin %> cost report --from s3://company-bills/exports/focus',
    '<%= config.bin %> cost report --output report.html',
    '<%= config.bin %> cost report --quiet --send slack,email --fail-over forecast:100%',
  ]
  static override flags = {
    ...billFlags,
    month: Flags.string({summary: 'An earlier month, whole.', helpValue: '2026-10'}),
    phase: Flags.string({summary: 'The phase whose budget holds, instead of cost.phase.'}),
    users: Flags.integer({summary: 'Monthly active users, instead of cost.users.', min: 1}),
    format: Flags.option({
      options: reportFormats,
      summary: 'Else by the ending of --output, else text.',
    })(),
    output: Flags.string({char: 'o', summary: 'Write it to this file.', helpValue: 'FILE'}),
    'fail-over': Flags.string({
      summary: 'Exit 1 when more is spent: 90% of the budget, an amount, or forecast:100%.',
      helpValue: 'LIMIT',
    }),
    send: Flags.option({
      options: notifyChannels,
      multiple: true,
      delimiter: ',',
      summary: 'Send it, once a day on each channel.',
    })(),
    force: Flags.boolean({summary: 'Send it although it went out today.', dependsOn: ['send']}),
    causes: Flags.boolean({
      summary: 'Look up the usage types behind a new anomaly: at most one more paid request.',
    }),
    quiet: Flags.boolean({
      char: 'q',
      summary: 'Print nothing unless somebody should read it: for cron.',
    }),
    plan: planFlag,
  }

  async run(): Promise<ReportResult> {
    const {flags} = await this.parse(CostReport)
    const limit = flags['fail-over']
    if (limit !== undefined) parseFailOver(limit)
    const format = formatOf(flags.format, flags.output)
    const chosen = flags.phase ?? (flags.users === undefined ? undefined : 'auto')
    this.tools.override({'cost.phase': chosen, 'cost.users': flags.users})
    const isWatched = (flags.quiet || flags.send !== undefined) && !flags.plan && !flags.sample

    return watchedRun({
      heartbeat: isWatched ? await this.tools.heartbeat() : undefined,
      onUntold: (message) => this.warn(message),
      problemOf,
      act: async () => {
        const channels = await openChannels(this.tools, flags)
        const made = await makeReport(this.tools, flags)
        const {sends, forgotten} = await deliverReport(made, channels, flags)
        const over = limit === undefined ? null : failOver(limit, made.report)
        const result = {
          report: made.report,
          failOver: over,
          sends,
          output: flags.output ?? null,
        }
        const text = await reportText(made, {format, isFile: flags.output !== undefined})
        await this.show(result, text, flags.quiet)
        if (forgotten !== undefined) this.warn(`This report is not remembered: ${forgotten}`)
        this.exitAs(result)
        return result
      },
    })
  }

  private async show(result: ReportResult, text: string, isQuiet: boolean): Promise<void> {
    const {report, output, failOver: over} = result
    const isSilent = isQuiet && over?.isExceeded !== true && !isWorthReading(report)
    if (output !== null) {
      await (await this.tools.files()).write(output, text)
      if (!isQuiet) this.log(`Written to ${output}.`)
    } else if (!isSilent) this.log(text.trimEnd())
    for (const remark of remarks(result, isQuiet)) this.logToStderr(remark)
  }

  /** A finding is certain whatever the age of the data: they only grow. */
  private exitAs({report, failOver: over, sends}: ReportResult): void {
    const planned = sends.filter(({state}) => state === 'planned').length
    if (over?.isExceeded === true || sends.some(({state}) => state === 'failed')) {
      this.exitWithFindings()
    } else if (report.source.degraded !== null) this.exitDegraded()
    else this.exitWithPlan(planned)
  }
}
