import type {DdlChecker, DdlFinding} from '../../../ports/ddl-checker.js'
import type {MigrationText} from '../../../ports/migration-files.js'
import type {SqlReader, SqlSpan, SqlStatement} from '../../../ports/sql-reader.js'
import type {Migration, Migrations} from '../files.js'
import {lintRules, squawkExcluded} from './all-rules.js'
import {allowances, foreignAllowances, type Allowance} from './allow.js'
import {halves, lineAt, readScript, type FileScript} from './file-script.js'
import type {AllowedFinding, FileVerdict, LintFinding} from './finding.js'
import {afterStatement, nothingKnown, type KnownTables} from './known-tables.js'
import {protectedTables} from './protection.js'
import type {RuleContext} from './rule.js'
import {shippedReason} from './shipped.js'

export interface LintTools {
  readonly reader: SqlReader
  readonly checker: DdlChecker
}

export interface LintInput {
  readonly migrations: Migrations
  readonly texts: readonly MigrationText[]
}

/** A finding with the place that allowances go by. */
interface Found extends LintFinding {
  readonly statement: SqlSpan | undefined
}

/** Looks at the files chosen; the ones before them are read too, for the tables that they make. */
export async function lintMigrations(
  {migrations, texts}: LintInput,
  isChosen: (migration: Migration) => boolean,
  tools: LintTools,
): Promise<readonly FileVerdict[]> {
  const all = [...migrations.shared, ...migrations.tenant]
  const last = all.findLastIndex(isChosen)
  const scripts = await Promise.all(
    all.slice(0, last + 1).map((one) => readScript(one, texts, tools.reader)),
  )
  const chosen = scripts.filter(({migration}) => isChosen(migration))
  const reports = await tools.checker.check(
    chosen.map(({migration}) => ({
      sql: `${'\n'.repeat(migration.upLine - 1)}${migration.up}`,
      isInTransaction: !migration.isAlone,
    })),
    {excluded: Object.keys(squawkExcluded)},
  )
  let known = nothingKnown
  return scripts.flatMap((script) => {
    const before = known
    known = knownAfter(script, before)
    const index = chosen.indexOf(script)
    return index === -1 ? [] : [verdictOf(script, before, reports[index] ?? [])]
  })
}

function knownAfter(script: FileScript, known: KnownTables): KnownTables {
  const {scope} = script.migration
  return halves(script).up.reduce((tables, one) => afterStatement(tables, one, scope), known)
}

function verdictOf(
  script: FileScript,
  known: KnownTables,
  reported: readonly DdlFinding[],
): FileVerdict {
  const {migration, text, read} = script
  const {path} = migration
  if (read.problem !== undefined) {
    const {message, offset} = read.problem
    const fix = 'Correct the SQL; nothing else of the file could be looked at.'
    const problem = {rule: 'syntax', path, line: lineAt(text, offset), why: `${message}.`, fix}
    return {path, findings: [problem], allowed: []}
  }
  const found = [...ownFindings(script, known), ...reported.map((one) => asFound(one, script))]
  return judged(script, found, allowances(read, text))
}

function ownFindings(script: FileScript, before: KnownTables): readonly Found[] {
  const {migration} = script
  const {scope} = migration
  const {up, down} = halves(script)
  const context = {
    scope,
    isInTransaction: !migration.isAlone,
    protected: protectedTables(up, scope),
  }
  const taking = {...context, isInTransaction: !migration.isDownAlone}
  let known = before
  const inUp = up.flatMap((statement) => {
    const found = lookAt(statement, {...context, known}, script, false)
    known = afterStatement(known, statement, scope)
    return found
  })
  return [...inUp, ...down.flatMap((one) => lookAt(one, {...taking, known}, script, true))]
}

function lookAt(
  statement: SqlStatement,
  context: RuleContext,
  {migration, text}: FileScript,
  isDown: boolean,
): readonly Found[] {
  const asked = lintRules.filter(
    (rule) =>
      (!isDown || rule.isForDown === true) &&
      (statement.runs === 'now' || rule.isForBodies === true),
  )
  return asked.flatMap((rule) =>
    rule.look(statement, context).map(({why, fix, offset = statement.start}) => {
      const line = lineAt(text, offset)
      return {rule: rule.id, path: migration.path, line, why, fix, statement: statement.outer}
    }),
  )
}

/** squawk names a line; the statement on it is the last one that begins at or before its end. */
function asFound({rule, line, message, fix}: DdlFinding, script: FileScript): Found {
  const {text, read, migration} = script
  const at = read.statements.filter(({start, outer}) => start === outer.start)
  const statement =
    at.find(({start, end}) => lineAt(text, start) <= line && lineAt(text, end) >= line) ??
    at.find(({start}) => lineAt(text, start) >= line)
  return {
    rule,
    path: migration.path,
    line,
    why: message.endsWith('.') ? message : `${message}.`,
    fix: contractRules.has(rule) ? contractFix : (fix ?? 'squawk has no other way to offer.'),
    statement,
  }
}

/** What the contract of a deploy is for: the old backend, which used it, is gone by then. */
const contractRules = new Set(['ban-drop-column', 'ban-drop-table'])
const contractFix =
  'Put it into a file of its own that says `-- mitra:phase contract`: it runs when the old backend is gone.'

/** Reasons that need no comment. */
function givenReason({checksum, phase}: Migration, rule: string): string | undefined {
  const isContract = phase === 'contract' && contractRules.has(rule)
  return isContract ? 'the file is of the phase contract' : shippedReason(checksum, rule)
}

function judged(
  {migration, text, read}: FileScript,
  found: readonly Found[],
  given: readonly Allowance[],
): FileVerdict {
  const findings: LintFinding[] = []
  const allowed: AllowedFinding[] = []
  const used = new Set<Allowance>()
  for (const {statement, ...finding} of found) {
    const allowance = given.find(
      (one) => one.rule === finding.rule && one.statement?.start === statement?.start,
    )
    if (allowance !== undefined) used.add(allowance)
    const reason = allowance?.reason ?? givenReason(migration, finding.rule)
    if (reason === undefined || reason === '') findings.push(finding)
    else allowed.push({...finding, reason})
  }
  const {path} = migration
  const at = (offset: number) => ({path, line: lineAt(text, offset)})
  const empty = given
    .filter((one) => one.reason === '')
    .map(({rule, offset}) => ({...at(offset), ...withoutReason(rule)}))
  const idle = given
    .filter((one) => !used.has(one) && one.reason !== '')
    .map(({rule, offset}) => ({...at(offset), ...unused(rule)}))
  const foreign = foreignAllowances(read).map(({start}) => ({...at(start), ...squawkIgnore}))
  const all = [...findings, ...empty, ...idle, ...foreign].toSorted((a, b) => a.line - b.line)
  return {path, findings: all, allowed}
}

function withoutReason(rule: string) {
  return {
    rule: 'allow-without-reason',
    why: `It allows ${rule === '' ? 'nothing that is named' : rule} and does not say why.`,
    fix: '-- mitra:allow RULE and the reason, in words for the next reader.',
  }
}

function unused(rule: string) {
  return {
    rule: 'allow-unused',
    why: `The statement does not break ${rule}.`,
    fix: 'Remove the comment, or put it above the statement that it means.',
  }
}

const squawkIgnore = {
  rule: 'squawk-ignore',
  why: 'It silences squawk without a reason that is kept.',
  fix: '-- mitra:allow RULE reason',
}
