import {Args} from '@oclif/core'
import {workspaceMigrations} from '../../cli/database-work.js'
import {lintWorkspace} from '../../cli/migration-lint.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf} from '../../cli/plan-text.js'
import {filesNamed} from '../../features/migrations/lint/choice.js'
import type {
  AllowedFinding,
  FileVerdict,
  LintFinding,
} from '../../features/migrations/lint/finding.js'

interface DbLintResult {
  readonly files: number
  readonly findings: readonly LintFinding[]
  readonly allowed: readonly AllowedFinding[]
}

export default class DbLint extends MitraCommand {
  static override summary = 'Look for what is unsafe in the migrations. Changes nothing.'
  static override description =
    "Postgres' own parser and squawk look at every file: locks and rewrites, tenants, row level security, partitions. Exits 1 when something is found. What is meant so gets a line above the statement: -- mitra:allow RULE reason"
  static override examples = [
    '<%= config.bin %> db lint',
    '<%= config.bin %> db lint 20260101000200 --json',
  ]
  static override strict = false
  static override args = {
    file: Args.string({description: 'Only this: its path, name or version. Repeatable.'}),
  }

  async run(): Promise<DbLintResult> {
    const {argv} = await this.parse(DbLint)
    await this.tools.workspace()
    const migrations = await workspaceMigrations(this.tools)
    const isChosen = filesNamed(migrations, argv.map(String))
    const verdicts = await lintWorkspace(this.tools, migrations, isChosen)
    const findings = verdicts.flatMap((one) => one.findings)
    const allowed = verdicts.flatMap((one) => one.allowed)
    this.log(lintText(verdicts))
    if (findings.length > 0) this.exitWithFindings()
    return {files: verdicts.length, findings, allowed}
  }
}

function lintText(verdicts: readonly FileVerdict[]): string {
  const findings = verdicts.flatMap((one) => one.findings)
  const allowed = verdicts.reduce((sum, one) => sum + one.allowed.length, 0)
  const shown = findings.map(
    ({path, line, rule, why, fix}) => `${path}:${line} ${rule}\n  ${why}\n  > ${fix}\n`,
  )
  const files = countOf(verdicts.length, 'file')
  const kept = allowed === 0 ? '' : `, ${allowed} allowed with a reason`
  const found = findings.length === 0 ? 'Nothing is unsafe' : countOf(findings.length, 'finding')
  return [...shown, `${found}: ${files}${kept}.`].join('\n')
}
