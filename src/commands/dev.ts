import {Flags} from '@oclif/core'
import {devPlanText, openedLines} from '../cli/dev-text.js'
import {prepareDev, type PreparedDev} from '../cli/dev-work.js'
import {planFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {prefixedLog} from '../cli/prefixed-log.js'
import {MitraError} from '../errors.js'
import type {AppApi, Device} from '../features/projects/devices.js'
import type {Step} from '../ports/journal.js'

interface DevResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** What is run when all is there. */
  readonly programs: readonly {
    readonly name: string
    readonly folder: string
    readonly command: readonly string[]
  }[]
  readonly device: Device | null
  readonly apiUrl: string | null
  /** Where the backend is open to the network. */
  readonly opened: AppApi['opened'] | null
}

export default class Dev extends MitraCommand {
  static override summary = 'Run the backend with reload, and the app, until Ctrl-C.'
  static override description = [
    'Makes the venv, the requirements and .env.local of python-backend/ first where they are missing.',
    'With a phone, an emulator or a simulator and flutter-app/, the app is run too and told where the API is; r and R reload it.',
    'When one of the two ends, the other is ended, and the exit code is that of the first. The second Ctrl-C kills.',
  ].join(' ')
  static override examples = [
    '<%= config.bin %> dev --plan',
    "<%= config.bin %> dev --grep 'ERROR|WARN'",
    '<%= config.bin %> dev --device chrome',
  ]
  static override flags = {
    plan: planFlag,
    grep: Flags.string({summary: 'Show only lines that match this regular expression.'}),
    only: Flags.option({
      options: ['backend', 'app'] as const,
      summary: 'Run this alone.',
    })(),
    device: Flags.string({summary: 'Run the app on this: an id or a name of flutter devices.'}),
    lan: Flags.boolean({
      summary: 'For a phone: open the backend on the address of this machine in the network.',
    }),
  }

  async run(): Promise<DevResult> {
    const {flags} = await this.parse(Dev)
    this.refuse(flags)
    const isPlanOnly = flags.plan
    // A pattern that is none is said before anything is made.
    const logOf = prefixedLog(
      flags.only === undefined ? ['backend', 'app'] : [flags.only],
      flags.grep,
    )
    const say = (line: string) => this.logToStderr(line)
    const app = {named: flags.device, isOnLan: flags.lan, say}
    const prepared = await prepareDev(this.tools, {only: flags.only, app, isPlanOnly})
    if (isPlanOnly) {
      this.exitWithPlan(prepared.plan.length)
      this.log(devPlanText(prepared))
    } else await this.follow(prepared, logOf)
    return resultOf(prepared)
  }

  private refuse(flags: {
    readonly plan: boolean
    readonly only: string | undefined
    readonly device: string | undefined
    readonly lan: boolean
  }): void {
    if (this.jsonEnabled() && !flags.plan) {
      throw new MitraError('usage', 'DEV_JSON', '--json is one document: it cannot follow.', {
        hints: ['Add --plan or leave out --json.'],
      })
    }
    if (flags.only === 'backend' && (flags.device !== undefined || flags.lan)) {
      throw new MitraError('usage', 'NO_APP_WANTED', '--device and --lan are for the app.', {
        hints: ['Leave out --only backend, or those.'],
      })
    }
  }

  private async follow(
    {plan, programs, app}: PreparedDev,
    logOf: ReturnType<typeof prefixedLog>,
  ): Promise<void> {
    const {nginx} = await this.tools.ports()
    const opened = app?.api.opened
    const gate =
      opened === undefined
        ? undefined
        : await (await this.tools.lan()).open(opened.address, opened.port)
    const urls = programs.map(({name}) =>
      name === 'backend'
        ? `The backend is on http://127.0.0.1:${nginx}/api/.`
        : `The app runs on ${app?.device.name} and asks ${app?.api.url}.`,
    )
    this.logToStderr([...urls, ...openedLines(opened), 'Ctrl-C ends it.'].join(' '))
    const hasBackend = programs.some(({name}) => name === 'backend')
    const giveBack = hasBackend ? await (await this.tools.backend()).leaveToDev() : undefined
    try {
      const end = await (
        await this.tools.foreground()
      ).run(
        programs.map((program) => ({
          ...program,
          variables: program.name === 'app' ? 'all' : 'few',
          takesKeys: program.name === 'app',
          onLine: logOf(program.name),
        })),
      )
      if (!end.isStopped) this.ended(end)
      if (plan.some(({id}) => id === 'backend.stop')) {
        this.logToStderr('The kept backend was stopped for this: mitra up starts it again.')
      }
    } finally {
      await giveBack?.()
      await gate?.close()
    }
  }

  private ended({first, code}: {readonly first: string; readonly code: number}): void {
    this.exitAsProgram(code)
    this.logToStderr(`The ${first} ended by itself with ${code}.`)
  }
}

function resultOf({applied, plan, programs, app}: PreparedDev): DevResult {
  return {
    applied,
    plan,
    programs: programs.map(({name, folder, argv}) => ({name, folder, command: argv})),
    device: app?.device ?? null,
    apiUrl: app?.api.url ?? null,
    opened: app?.api.opened ?? null,
  }
}
