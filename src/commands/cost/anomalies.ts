import {Flags} from '@oclif/core'
import {billFlags} from '../../cli/bill.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {makeReport} from '../../cli/report-work.js'
import {terminalLook} from '../../cli/terminal-look.js'
import {anomaliesText} from '../../features/cost/render/anomalies-text.js'
import {anomaliesWithDays, type AnomalyDays} from '../../features/cost/report/anomaly-days.js'
import type {Conversion, SourceFacts} from '../../features/cost/report/cost-report.js'

interface AnomaliesResult {
  readonly asOf: string
  readonly days: number
  readonly currency: string
  readonly conversion: Conversion | null
  readonly source: SourceFacts
  readonly anomalies: readonly AnomalyDays[]
  /** How many of them --fail-on asks for; null without it. */
  readonly failing: number | null
}

const failures = {
  any: () => true,
  new: ({isNew}: AnomalyDays) => isNew,
  ongoing: ({isOngoing}: AnomalyDays) => isOngoing,
} as const

export default class CostAnomalies extends MitraCommand {
  static override summary = 'Which services cost something else than they used to, and why.'
  static override description =
    'Rises, drops, what is new and what keeps rising, each against the usual of its weekday, with the usage type and region behind it where the bill tells. Days that are not on the bill whole cannot make one. New is what no earlier report has named.\n\nExits 0 whatever is found; with --fail-on 1 when there is such a one. 5 when the data are old or partial.'
  static override examples = [
    '<%= config.bin %> cost anomalies --sample',
    '<%= config.bin %> cost anomalies --days 60 --fail-on new --quiet',
  ]
  static override flags = {
    ...billFlags,
    days: Flags.integer({
      summary: 'Those that reached into the last so many days.',
      default: 14,
      min: 1,
      max: 90,
    }),
    causes: Flags.boolean({
      summary: 'Look up the usage types behind a new anomaly: at most one more paid request.',
    }),
    'fail-on': Flags.option({
      options: ['any', 'new', 'ongoing'] as const,
      summary: 'Exit 1 when there is one.',
    })(),
    quiet: Flags.boolean({char: 'q', summary: 'Print nothing when there is none: for cron.'}),
  }

  async run(): Promise<AnomaliesResult> {
    const {flags} = await this.parse(CostAnomalies)
    const {days, quiet, 'fail-on': failOn} = flags
    const {report, ledger} = await makeReport(this.tools, {...flags, anomalyDays: days})
    const files = await this.tools.costFiles()
    const anomalies = anomaliesWithDays({report, ledger, files, days})
    const failing = failOn === undefined ? null : anomalies.filter(failures[failOn]).length

    const isSilent = quiet && anomalies.length === 0 && report.source.degraded === null
    if (!isSilent) this.log(anomaliesText({report, anomalies, days}, terminalLook()))
    for (const warning of report.warnings) this.warn(warning)
    if (failing !== null && failing > 0) this.exitWithFindings()
    else if (report.source.degraded !== null) this.exitDegraded()
    const {asOf, currency, conversion, source} = report
    return {asOf, days, currency, conversion, source, anomalies, failing}
  }
}
