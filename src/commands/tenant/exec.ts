import {Args, Flags} from '@oclif/core'
import {usableTenant} from '../../cli/lifecycle-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import {MitraError} from '../../errors.js'
import {observeDatabase, type TenantRecord} from '../../features/migrations/state.js'
import {connectionVariables} from '../../features/tenants/connection.js'
import {tenantLogin} from '../../features/tenants/login.js'

interface ExecResult {
  readonly runs: readonly {readonly tenant: string; readonly exitCode: number}[]
}

export default class TenantExec extends MitraCommand {
  static override summary = "Run a program with a tenant's connection in its environment."
  static override description =
    'The program finds PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, DATABASE_URL and MITRA_TENANT; nothing secret is in its arguments. One program ends with its own exit code; with --all each tenant is run in turn, one that fails does not stop the rest, and the exit code is 1.'
  static override examples = [
    '<%= config.bin %> tenant exec lic -- psql',
    '<%= config.bin %> tenant exec --all -- python backfill.py',
  ]
  static override strict = false
  static override args = {
    name: Args.string({description: 'The tenant; not with --all.', ignoreStdin: true}),
  }
  static override flags = {
    all: Flags.boolean({summary: 'For every tenant, one after the other.'}),
  }

  async run(): Promise<ExecResult> {
    const {argv, flags} = await this.parse(TenantExec)
    const words = argv.map(String)
    const name = flags.all ? undefined : words[0]
    const [program, ...programArguments] = flags.all ? words : words.slice(1)
    if (program === undefined) throw noProgram()
    await this.tools.workspace()
    const state = await observeDatabase(await this.tools.database())
    const tenants = name === undefined ? state.tenants : [usableTenant(name, state)]
    const runs: {tenant: string; exitCode: number}[] = []
    for (const tenant of tenants) {
      if (flags.all) this.logToStderr(`${tenant.name}:`)
      const exitCode = await this.runFor(tenant, [program, ...programArguments])
      runs.push({tenant: tenant.name, exitCode})
    }

    this.exitAs(runs, flags.all)
    return {runs}
  }

  private async runFor(tenant: TenantRecord, argv: readonly [string, ...string[]]) {
    const [database, secrets] = [await this.tools.database(), await this.tools.secrets()]
    const login = await tenantLogin(tenant.name, {database, secrets})
    const {postgres: port} = await this.tools.ports()
    const environment = connectionVariables(tenant, login, {port, database: database.name})
    const programs = await this.tools.programs()
    return (await programs.attach({argv, environment, isQuiet: this.jsonEnabled()})).code
  }

  private exitAs(runs: ExecResult['runs'], isAll: boolean): void {
    const failed = runs.filter(({exitCode}) => exitCode !== 0)
    if (isAll) {
      const rows = runs.map(({tenant, exitCode}) => [tenant, exitCode])
      if (!this.jsonEnabled()) this.logToStderr(table(['Tenant', 'Exit code'], rows))
      if (failed.length > 0) this.exitWithFindings()
      return
    }
    const [only] = failed
    if (only !== undefined) this.exitAsProgram(only.exitCode)
  }
}

function noProgram(): MitraError {
  return new MitraError('usage', 'USAGE', 'Which program?', {
    hints: ['mitra tenant exec lic -- psql', 'mitra tenant exec --all -- PROGRAM WORDS'],
  })
}
