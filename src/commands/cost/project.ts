import {Flags} from '@oclif/core'
import {billFlags} from '../../cli/bill.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {billToCorrectBy} from '../../cli/observed-bill.js'
import {terminalLook} from '../../cli/terminal-look.js'
import {choosePhase} from '../../features/cost/budgets.js'
import {utcDayOf} from '../../features/cost/calendar.js'
import {projectorOf} from '../../features/cost/project/projection.js'
import {roadmapMonths} from '../../features/cost/project/roadmap.js'
import {projectText, type ShownProjection} from '../../features/cost/render/project-text.js'

interface ProjectResult extends ShownProjection {
  readonly currency: string
  /** The first month of the roadmap over its budget. */
  readonly firstOver: number | null
}

const longestRoadmap = 24

export default class CostProject extends MitraCommand {
  static override summary = 'What the platform will cost with more users, month by month.'
  static override description =
    'The roadmap as a model: users make requests, requests need tasks, ACUs, storage and traffic, and these have prices (config/drivers.yml; your own in cost/drivers.yml). Where a bill is kept or named, each service is corrected by what it really cost; nothing is ever paid for it. Against the budget of the phase, with subscriptions and GST.'
  static override examples = [
    '<%= config.bin %> cost project --users 5000',
    '<%= config.bin %> cost project --users 20000 --phase growth --sample --users-now 700',
    '<%= config.bin %> cost project --months 12',
  ]
  static override flags = {
    from: billFlags.from,
    sample: billFlags.sample,
    currency: billFlags.currency,
    users: Flags.integer({
      summary: 'Show a month with so many monthly active users.',
      min: 1,
      max: 100_000_000,
    }),
    phase: Flags.string({
      summary: 'The phase it is built and budgeted as; else the one of that many users.',
      dependsOn: ['users'],
    }),
    months: Flags.integer({
      summary: 'So many months of the roadmap; 0 for none of it.',
      min: 0,
      max: longestRoadmap,
      default: longestRoadmap,
    }),
    'users-now': Flags.integer({
      summary: 'Users that the bill is of, instead of cost.users.',
      min: 1,
      max: 100_000_000,
    }),
  }

  async run(): Promise<ProjectResult> {
    const {flags} = await this.parse(CostProject)
    const {config} = await this.tools.prospect()
    const files = await this.tools.costFiles()
    const drivers = await this.tools.costDrivers()
    const usersNow = flags['users-now'] ?? config.values['cost.users']
    const {bill, why} = await billToCorrectBy(this.tools, flags, usersNow)
    const today = utcDayOf(this.tools.clock().now())
    const gstPercent = config.values['cost.gstPercent']
    const projector = projectorOf({drivers, files, gstPercent, today, observed: bill})

    const {users} = flags
    const phase = choosePhase(files.plan, {phase: flags.phase, users}).name
    const point = users === undefined ? null : projector.month({users, phase})
    const months = roadmapMonths(files.plan, flags.months).map((month) => ({
      ...month,
      projected: projector.month(month),
    }))
    const shown = {
      point,
      months,
      calibration: projector.calibration ?? null,
      uncalibrated:
        projector.calibration === undefined ? (why ?? 'it has too few settled days.') : null,
      pricesOf: drivers.pricesOf,
      rate: projector.rate ?? null,
    }
    this.log(projectText(shown, terminalLook()))
    const firstOver = months.find(({projected}) => projected.isOver)?.month ?? null
    return {...shown, currency: projector.currency, firstOver}
  }
}
