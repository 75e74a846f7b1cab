import {Args, Flags} from '@oclif/core'
import {MitraCommand} from '../../cli/mitra-command.js'
import {table} from '../../cli/table.js'
import {readStdin} from '../../cli/stdin.js'
import {tenantLogin} from '../../features/tenants/login.js'
import type {QueryResult} from '../../ports/database.js'

export default class DbQuery extends MitraCommand {
  static override summary = 'Run SQL and print the rows; needs no psql.'
  static override description =
    "With --tenant as that tenant's own login, which sees its own rows and nothing else. Without, as the migrator, which owns the tables and is bound by their row level security: it sees shared_schema and the rows of no tenant. With --as auditor as the login that reads the evidence of all tenants (audit_logs, audit_links), names the schema in front, and does nothing else. `-` reads the SQL from standard input."
  static override examples = [
    '<%= config.bin %> db query "select count(*) from users" --tenant lic',
    '<%= config.bin %> db query "select name, schema_name from shared_schema.tenants" --json',
    '<%= config.bin %> db query "select action, count(*) from lic_schema.audit_logs group by 1" --as auditor',
  ]
  static override args = {
    sql: Args.string({
      required: true,
      description: 'SQL, or - for standard input.',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    tenant: Flags.string({char: 't', summary: "As this tenant's login."}),
    as: Flags.option({
      options: ['migrator', 'auditor'] as const,
      exclusive: ['tenant'],
      summary: 'As this role; the migrator without it.',
    })(),
  }

  async run(): Promise<QueryResult> {
    const {args, flags} = await this.parse(DbQuery)
    await this.tools.workspace()
    const database = await this.tools.database()
    const login =
      flags.tenant === undefined
        ? {role: flags.as ?? ('migrator' as const)}
        : await tenantLogin(flags.tenant, {database, secrets: await this.tools.secrets()})
    const session = await database.connect(login, {applicationName: 'mitra db query'})
    try {
      const result = await session.script(args.sql === '-' ? await readStdin() : args.sql)
      for (const notice of session.notices()) this.logToStderr(notice)
      if (result.columns.length > 0) this.log(table(result.columns, result.rows))
      this.log(`${result.rowCount} ${result.rowCount === 1 ? 'row' : 'rows'}`)
      const {columns, rows, rowCount} = result
      return {columns, rows, rowCount}
    } finally {
      await session.close()
    }
  }
}
