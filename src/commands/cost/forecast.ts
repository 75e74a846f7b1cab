import {Flags} from '@oclif/core'
import {billFlags} from '../../cli/bill.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {makeReport} from '../../cli/report-work.js'
import {terminalLook} from '../../cli/terminal-look.js'
import {forecastText} from '../../features/cost/render/forecast-text.js'
import type {CostReport} from '../../features/cost/report/cost-report.js'
import {failOver, parseFailOver, type FailOver} from '../../features/cost/report/fail-over.js'
import {forecastRows, type ForecastRows} from '../../features/cost/report/forecast-services.js'

type Reported = Pick<
  CostReport,
  | 'month'
  | 'asOf'
  | 'daysElapsed'
  | 'daysInMonth'
  | 'currency'
  | 'conversion'
  | 'source'
  | 'budget'
  | 'warnings'
>

interface ForecastResult extends Reported {
  readonly forecast: CostReport['forecast']
  readonly rows: ForecastRows | null
  /** Null without --fail-over. */
  readonly failOver: FailOver | null
}

export default class CostForecast extends MitraCommand {
  static override summary = 'What the month will have cost when it has ended, service by service.'
  static override description =
    'Expected, with the range that it ends in four times of five, against the budget of the phase. The last days are not on the bill whole: what is still to come in is reckoned with. One paid request to Cost Explorer ($0.01) when what is kept is not fresh.\n\nExits 1 when --fail-over is exceeded, 5 when the data are old or partial.'
  static override examples = [
    '<%= config.bin %> cost forecast --sample',
    '<%= config.bin %> cost forecast --fail-over forecast:100%',
  ]
  static override flags = {
    ...billFlags,
    phase: Flags.string({summary: 'The phase whose budget holds, instead of cost.phase.'}),
    users: Flags.integer({summary: 'Monthly active users, instead of cost.users.', min: 1}),
    'fail-over': Flags.string({
      summary: 'Exit 1 when more is expected: forecast:100% of the budget, or forecast:15000.',
      helpValue: 'LIMIT',
    }),
  }

  async run(): Promise<ForecastResult> {
    const {flags} = await this.parse(CostForecast)
    const limit = flags['fail-over']
    if (limit !== undefined) parseFailOver(limit)
    const chosen = flags.phase ?? (flags.users === undefined ? undefined : 'auto')
    this.tools.override({'cost.phase': chosen, 'cost.users': flags.users})
    const {report, ledger} = await makeReport(this.tools, flags)
    const rows = forecastRows({ledger, report, files: await this.tools.costFiles()})
    const over = limit === undefined ? null : failOver(limit, report)

    this.log(forecastText(report, rows, terminalLook()))
    for (const warning of report.warnings) this.warn(warning)
    if (over?.isExceeded === true) this.exitWithFindings()
    else if (report.source.degraded !== null) this.exitDegraded()
    return resultOf(report, rows, over)
  }
}

function resultOf(
  report: CostReport,
  rows: ForecastRows | null,
  over: FailOver | null,
): ForecastResult {
  const {month, asOf, daysElapsed, daysInMonth, currency, conversion, source, budget} = report
  const {forecast, warnings} = report
  const reported = {month, asOf, daysElapsed, daysInMonth, currency, conversion, source, budget}
  return {...reported, warnings, forecast, rows, failOver: over}
}
