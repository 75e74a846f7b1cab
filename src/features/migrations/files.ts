import {createHash} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {MigrationScope, MigrationText} from '../../ports/migration-files.js'
import {readAlone} from './concurrent.js'
import {isBroughtFile} from './brought-files.js'
import {transactionStatement} from './statements.js'

/** What a deploy may run before (`expand`) and only after (`contract`) the old backend is gone. */
export type MigrationPhase = 'expand' | 'contract'

/** One migration, read: what dbmate would run from the same file. */
export interface Migration {
  readonly scope: MigrationScope
  readonly version: string
  readonly name: string
  readonly path: string
  /** SHA-256 of the whole file. */
  readonly checksum: string
  /** A newer mitra brought it: it comes late where a workspace has written files before, and may. */
  readonly isBrought: boolean
  readonly up: string
  /** The line of the file on which `up` begins, from 1. */
  readonly upLine: number
  /** `transaction:false`: its statements run one by one, outside a transaction. */
  readonly isAlone: boolean
  readonly down: string
  readonly downLine: number
  readonly isDownAlone: boolean
  /** From a line `-- mitra:phase expand`; a file without one counts as `expand`. */
  readonly phase: MigrationPhase | undefined
}

export interface Migrations {
  readonly shared: readonly Migration[]
  readonly tenant: readonly Migration[]
}

const fileNamePattern = /^(\d{14})_([a-z0-9_]+)\.sql$/
const header = /^-- migrate:(up|down)(.*)$/

/** Reads the files of a workspace; a name or a header that does not fit is an error with its line. */
export function readMigrations(texts: readonly MigrationText[]): Migrations {
  const migrations = texts.map(readMigration)
  const of = (scope: MigrationScope) => migrations.filter((one) => one.scope === scope)
  for (const scope of [of('shared'), of('tenant')]) refuseTwins(scope)
  return {shared: of('shared'), tenant: of('tenant')}
}

function readMigration({scope, fileName, path, text}: MigrationText): Migration {
  const [, version, name] = fileNamePattern.exec(fileName) ?? []
  if (version === undefined || name === undefined) {
    throw new MitraError('config', 'MIGRATION_NAME', `${path} is not named like a migration.`, {
      hints: ['The name is fourteen digits, _, words in small letters: 20260101000100_users.sql.'],
    })
  }
  const parts = sections(path, text)
  refuseTransaction({path, ...parts.up})
  refuseTransaction({path, ...parts.down})
  const checksum = createHash('sha256').update(text).digest('hex')
  return {
    scope,
    version,
    name,
    path,
    checksum,
    isBrought: isBroughtFile(checksum),
    phase: phaseOf(path, text),
    up: parts.up.sql,
    upLine: parts.up.line,
    isAlone: parts.up.isAlone,
    down: parts.down.sql,
    downLine: parts.down.line,
    isDownAlone: parts.down.isAlone,
  }
}

interface Section {
  readonly sql: string
  /** The line of the file on which it begins, from 1. */
  readonly line: number
  readonly isAlone: boolean
}

interface Mark {
  readonly kind: string
  readonly index: number
  readonly isAlone: boolean
}

function sections(path: string, text: string): {readonly up: Section; readonly down: Section} {
  const lines = text.split('\n')
  const marks = lines.flatMap((line, index): readonly Mark[] => {
    const [, kind, options = ''] = header.exec(line.trim()) ?? []
    if (kind === undefined) return []
    return [{kind, index, isAlone: isAloneIn(path, index + 1, options)}]
  })
  const up = marks.find((mark) => mark.kind === 'up')
  if (up === undefined) {
    throw new MitraError('config', 'MIGRATION_HEADER', `${path}:1 has no line \`-- migrate:up\`.`, {
      hints: ['Write that line above the SQL; `-- migrate:down` above what takes it back.'],
    })
  }
  const down = marks.find((mark) => mark.kind === 'down')
  const upEnd = down !== undefined && down.index > up.index ? down.index : lines.length
  return {
    up: sectionOf(lines, up, upEnd),
    down:
      down === undefined
        ? {sql: '', line: lines.length, isAlone: false}
        : sectionOf(lines, down, lines.length),
  }
}

function sectionOf(lines: readonly string[], {index, isAlone}: Mark, end: number): Section {
  return {sql: lines.slice(index + 1, end).join('\n'), line: index + 2, isAlone}
}

function isAloneIn(path: string, line: number, options: string): boolean {
  const words = options.trim()
  if (words === '' || words === 'transaction:true') return false
  if (words === 'transaction:false') return true
  throw new MitraError('config', 'MIGRATION_HEADER', `${path}:${line} asks for \`${words}\`.`, {
    hints: [
      'The one option is transaction:false, for statements that cannot run in a transaction.',
      'Without it a migration runs in one transaction with its record.',
    ],
  })
}

/** A COMMIT in a file would leave what comes before it applied without its record. */
function refuseTransaction({path, sql, line, isAlone}: Section & {readonly path: string}): void {
  const found = transactionStatement(sql)
  if (found !== undefined) {
    const place = `${path}:${line + found.line}`
    const message = `${place} begins or ends a transaction: ${found.words.join(' ')}.`
    throw new MitraError('config', 'MIGRATION_TRANSACTION', message, {
      hints: ['Leave it out: mitra begins and ends the transactions, each with its record.'],
    })
  }
  if (!isAlone) return
  for (const {kind, statement, ...made} of readAlone(sql)) {
    const isNameless = kind === 'create-index' && 'index' in made && made.index === undefined
    if (isNameless) throw namelessIndex(`${path}:${line + statement.line}`)
  }
}

function namelessIndex(place: string): MitraError {
  return new MitraError(
    'config',
    'MIGRATION_INDEX_NAME',
    `${place} makes an index without a name.`,
    {
      hints: ['Name it: a run that is cut off can then find what is left of it and go on.'],
    },
  )
}

const phaseLine = /^\s*--\s*mitra:phase\b(.*)$/

function phaseOf(path: string, text: string): MigrationPhase | undefined {
  const marks = text.split('\n').flatMap((line, index) => {
    const word = phaseLine.exec(line)?.[1]?.trim()
    return word === undefined ? [] : [{word, line: index + 1}]
  })
  const [mark, second] = marks
  if (mark === undefined) return undefined
  const {word, line} = second ?? mark
  if (second === undefined && (word === 'expand' || word === 'contract')) return word
  const what = second === undefined ? `has the phase \`${word}\`` : 'names a second phase'
  throw new MitraError('config', 'MIGRATION_PHASE', `${path}:${line} ${what}.`, {
    hints: ['One line `-- mitra:phase expand` or `-- mitra:phase contract` a file.'],
  })
}

function refuseTwins(migrations: readonly Migration[]): void {
  for (const [index, one] of migrations.entries()) {
    const next = migrations[index + 1]
    if (next !== undefined && next.version === one.version) {
      throw new MitraError(
        'config',
        'MIGRATION_TWINS',
        `${one.path} and ${next.path} have the same version.`,
        {hints: ['Give one of them another time.']},
      )
    }
  }
}

/** The text of a new file; `version` is the time in UTC to the second. */
export function newMigration(
  scope: MigrationScope,
  name: string,
  now: Date,
): {readonly fileName: string; readonly text: string} {
  if (!/^[a-z][a-z0-9_]{0,60}$/.test(name)) {
    throw new MitraError('usage', 'MIGRATION_NAME', `${name} is no name for a migration.`, {
      hints: ['Small letters, digits and _, a letter first: add_claims.'],
    })
  }
  const version = now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  const notes =
    scope === 'tenant'
      ? [
          '-- Runs in each tenant: name tables without a schema. A new table needs:',
          '--   tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id()',
          "--   SELECT shared_schema.protect_table('claims'::regclass);",
          "--   SELECT shared_schema.grant_to_tenant('claims'::regclass);",
          '-- Rows are hidden from a migration: one that changes rows begins with SET LOCAL row_security = on;',
        ]
      : ['-- Runs once: name tables with shared_schema.']
  return {
    fileName: `${version}_${name}.sql`,
    text: ['-- migrate:up', ...notes, '', '-- migrate:down', ''].join('\n'),
  }
}
