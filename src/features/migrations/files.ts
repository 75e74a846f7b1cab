import {createHash} from 'node:crypto'
import {MitraError} from '../../errors.js'
import type {MigrationScope, MigrationText} from '../../ports/migration-files.js'
import {transactionStatement} from './statements.js'

/** One migration, read: what dbmate would run from the same file. */
export interface Migration {
  readonly scope: MigrationScope
  readonly version: string
  readonly name: string
  readonly path: string
  /** SHA-256 of the whole file. */
  readonly checksum: string
  readonly up: string
  /** The line of the file on which `up` begins, from 1. */
  readonly upLine: number
  readonly down: string
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
  const {up, upLine, down} = sections(path, text)
  refuseTransaction(path, up, upLine)
  const checksum = createHash('sha256').update(text).digest('hex')
  return {scope, version, name, path, checksum, up, upLine, down}
}

function sections(path: string, text: string): Pick<Migration, 'up' | 'upLine' | 'down'> {
  const lines = text.split('\n')
  const marks = lines.flatMap((line, index) => {
    const [, kind, options = ''] = header.exec(line.trim()) ?? []
    if (kind === undefined) return []
    refuseOptions(path, index + 1, options)
    return [{kind, index}]
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
    up: lines.slice(up.index + 1, upEnd).join('\n'),
    upLine: up.index + 2,
    down: down === undefined ? '' : lines.slice(down.index + 1).join('\n'),
  }
}

function refuseOptions(path: string, line: number, options: string): void {
  const words = options.trim()
  if (words === '' || words === 'transaction:true') return
  throw new MitraError('config', 'MIGRATION_HEADER', `${path}:${line} asks for \`${words}\`.`, {
    hints: [
      'Every migration runs in one transaction with its record, so that nothing is half applied.',
      'Statements that cannot run in a transaction are not run by this mitra.',
    ],
  })
}

/** A COMMIT in a file would leave what comes before it applied without its record. */
function refuseTransaction(path: string, up: string, upLine: number): void {
  const found = transactionStatement(up)
  if (found === undefined) return
  const place = `${path}:${upLine + found.line}`
  const message = `${place} begins or ends a transaction: ${found.words.join(' ')}.`
  throw new MitraError('config', 'MIGRATION_TRANSACTION', message, {
    hints: ['Leave it out: the file runs in one transaction with its record.'],
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
