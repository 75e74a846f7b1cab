import {Args, Flags} from '@oclif/core'
import {billFlags, readBill} from '../../cli/bill.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {terminalLook} from '../../cli/terminal-look.js'
import {sourceFacts} from '../../features/cost/report/build-report.js'
import type {Conversion, SourceFacts} from '../../features/cost/report/cost-report.js'
import {convertedLedger} from '../../features/cost/report/converted-ledger.js'
import {
  explainService,
  serviceNamed,
  type ServiceExplanation,
} from '../../features/cost/report/explain-service.js'
import {checkedMonth, reportMonth} from '../../features/cost/report/month-sums.js'
import {explainText} from '../../features/cost/render/explain-text.js'

interface ExplainResult {
  readonly month: string
  readonly monthBefore: string
  readonly source: SourceFacts
  readonly conversion: Conversion | null
  readonly explanation: ServiceExplanation
}

export default class CostExplain extends MitraCommand {
  static override summary =
    'What one service cost: by day, and the usage types and regions behind it.'
  static override description =
    'Against the same days of the month before. Cost Explorer tells usage types for one more paid request ($0.01); what it said is kept. An export has them, and --no-fetch asks nobody. Exits 5 when the data are old or partial.'
  static override examples = [
    '<%= config.bin %> cost explain "EC2 - Other" --sample',
    '<%= config.bin %> cost explain rds --from s3://company-bills/exports/focus',
  ]
  static override args = {
    service: Args.string({
      required: true,
      description: 'Its name on the bill, or a part of it that no other has.',
    }),
  }
  static override flags = {
    ...billFlags,
    month: Flags.string({summary: 'An earlier month, whole.', helpValue: '2026-10'}),
  }

  async run(): Promise<ExplainResult> {
    const {args, flags} = await this.parse(CostExplain)
    const {plan, rates} = await this.tools.costFiles()
    const {source, ledger, asOf, mayCost} = await readBill(this.tools, flags)
    const service = serviceNamed(args.service, ledger)
    const chosen = checkedMonth(flags.month, {asOf, first: ledger.window.start})
    const month = reportMonth(asOf, chosen)
    if (mayCost) {
      this.logToStderr('Usage types: at most one more request to Cost Explorer ($0.01).')
    }
    const window = {start: month.monthBefore.start, end: month.counted.end}
    const lines = await source.detail(service, window)

    const conversion = {to: plan.currency, day: month.asOf, rates, counted: month.counted}
    const bill = convertedLedger(ledger, conversion)
    const detail =
      lines === undefined ? undefined : convertedLedger({...ledger, lines}, conversion).ledger.lines
    const explanation = explainService({service, month, ledger: bill.ledger, detail})
    const result = {
      month: month.month.start.slice(0, 7),
      monthBefore: month.monthBefore.start.slice(0, 7),
      source: {...sourceFacts(ledger, this.tools.clock().now()), ...source.spent()},
      conversion: bill.conversion,
      explanation,
    }
    this.log(explainText(result, terminalLook()))
    if (ledger.degraded !== undefined) this.exitDegraded()
    return result
  }
}
