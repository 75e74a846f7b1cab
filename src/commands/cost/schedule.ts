import {Flags} from '@oclif/core'
import {callersZone, unseenByCron} from '../../cli/cron-environment.js'
import {planFlag} from '../../cli/flags.js'
import {mitraProgram} from '../../cli/mitra-program.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {notifyChannels, requireKept} from '../../cli/open-notifiers.js'
import {planText} from '../../cli/plan-text.js'
import {runPlan} from '../../cli/run-plan.js'
import {parseFailOver} from '../../features/cost/report/fail-over.js'
import {applySchedule, parseTime, planSchedule} from '../../features/cost/schedule/schedule.js'
import {inZone} from '../../features/cost/schedule/zone.js'
import type {Step} from '../../ports/journal.js'
import type {ScheduledCommand} from '../../ports/schedule.js'

interface ScheduleResult {
  readonly kind: 'crontab' | 'launchd'
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** What stands there afterwards, with --plan what would; null for nothing. */
  readonly entry: string | null
  /** The zone of the time, the machine's. */
  readonly zone: string
}

export default class CostSchedule extends MitraCommand {
  static override summary = 'Run the cost report every day, by crontab or launchd.'
  static override description =
    "Writes one entry for this workspace into your crontab, on a Mac an agent of launchd; run again with other flags it changes that entry, all others stay. The report runs quietly and says what somebody should read to the channels of --send; the rest goes to .mitra/cost-report.log. Addresses and passwords stay in the workspace's secrets, never in the entry. mitra undo takes it back."
  static override examples = [
    '<%= config.bin %> cost schedule --plan',
    '<%= config.bin %> cost schedule --at 08:30 --send slack,email --fail-over forecast:100%',
    '<%= config.bin %> cost schedule --remove',
  ]
  static override flags = {
    at: Flags.string({
      summary: 'The time of day, in your zone; cron and launchd keep to that of the machine.',
      default: '09:00',
      helpValue: 'HH:MM',
    }),
    zone: Flags.string({
      summary: 'The zone that --at is in, instead of yours.',
      helpValue: 'Asia/Kolkata',
    }),
    send: Flags.option({
      options: notifyChannels,
      multiple: true,
      delimiter: ',',
      summary: 'Send it on these channels, which have to be set up.',
    })(),
    'fail-over': Flags.string({
      summary: 'As of cost report: exit 1, and tell the ping address, when more is spent.',
      helpValue: 'LIMIT',
    }),
    remove: Flags.boolean({
      summary: 'Take the entry out.',
      exclusive: ['at', 'zone', 'send', 'fail-over'],
    }),
    plan: planFlag,
  }

  async run(): Promise<ScheduleResult> {
    const {flags} = await this.parse(CostSchedule)
    const {layout} = await this.tools.workspace()
    const key = `cost-report-${layout.id}`
    const scheduler = await this.tools.scheduler()
    const zone = await scheduler.zone()
    const command = flags.remove ? undefined : await this.commandOf(key, {...flags, to: zone})
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'cost schedule',
      isPlanOnly: flags.plan,
      observe: () => planSchedule(scheduler, {key, command}),
      apply: async (planned, {run}) => applySchedule(planned, {scheduler, run}),
    })
    if (flags.plan) this.exitWithPlan(plan.steps.length)
    const entry = plan.entry ?? null
    const said = flags.plan ? planText(plan.steps) : doneText({applied, entry, zone})
    if (entry !== null) this.remarkUnseen()
    this.log(entry === null || !flags.plan ? said : `${said}\n\n${entry.trimEnd()}`)
    return {kind: scheduler.kind, applied, plan: plan.steps, entry, zone}
  }

  /** The report as it will be run; what it could not do then is refused now. */
  private async commandOf(
    key: string,
    flags: {
      at: string
      zone: string | undefined
      to: string
      send: readonly (typeof notifyChannels)[number][] | undefined
      'fail-over': string | undefined
    },
  ): Promise<ScheduledCommand> {
    const zones = {from: flags.zone ?? callersZone(), to: flags.to}
    const {at, isShifting} = inZone(parseTime(flags.at), zones, this.tools.clock().now())
    if (isShifting) {
      this.warn(
        `Summer time moves it by an hour: ${zones.from} and ${zones.to} keep it differently.`,
      )
    }
    const limit = flags['fail-over']
    if (limit !== undefined) parseFailOver(limit)
    for (const channel of flags.send ?? []) {
      await this.tools.notifier(channel)
      await requireKept(channel, await this.tools.secrets())
    }
    const {layout} = await this.tools.workspace()
    const words = [
      'cost',
      'report',
      '--quiet',
      ...(flags.send === undefined ? [] : ['--send', flags.send.join(',')]),
      ...(limit === undefined ? [] : ['--fail-over', limit]),
    ]
    return {
      key,
      argv: [...mitraProgram(this.config.root), ...words],
      folder: layout.root,
      at,
      logFile: `${layout.state}/cost-report.log`,
    }
  }

  private remarkUnseen(): void {
    const names = unseenByCron()
    if (names.length === 0) return
    const fix =
      'Settings belong in mitra.yml, AWS credentials in ~/.aws, addresses in .mitra/secrets.json.'
    this.warn(`It will run without ${names.join(', ')}, which are set here alone. ${fix}`)
  }
}

function doneText({
  applied,
  entry,
  zone,
}: {
  readonly applied: boolean
  readonly entry: string | null
  readonly zone: string
}): string {
  const state = entry === null ? 'The cost report runs at no time.' : entry.trimEnd()
  const done = applied ? 'Done.' : 'Nothing to do.'
  return entry === null ? `${done} ${state}` : `${done} Times are of ${zone}.\n\n${state}`
}
