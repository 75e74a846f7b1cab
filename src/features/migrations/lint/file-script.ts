import type {MigrationText} from '../../../ports/migration-files.js'
import type {ReadSql, SqlReader, SqlStatement} from '../../../ports/sql-reader.js'
import type {Migration} from '../files.js'

/** A migration with its text; offsets of what was read are those of the whole file. */
export interface FileScript {
  readonly migration: Migration
  readonly text: string
  readonly read: ReadSql
}

/** Reads the whole file: both halves are SQL, and the marks between them are comments. */
export async function readScript(
  migration: Migration,
  texts: readonly MigrationText[],
  reader: SqlReader,
): Promise<FileScript> {
  const text = texts.find(({path}) => path === migration.path)?.text ?? ''
  return {migration, text, read: await reader.read(text)}
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
  }
  return line
}

/** The statements that `up` runs, and all others. */
export function halves({migration, text, read}: FileScript): {
  readonly up: readonly SqlStatement[]
  readonly down: readonly SqlStatement[]
} {
  const {upLine} = migration
  const last = upLine + migration.up.split('\n').length - 1
  const isUp = (one: SqlStatement) => {
    const line = lineAt(text, one.outer.start)
    return line >= upLine && line <= last
  }
  return {up: read.statements.filter(isUp), down: read.statements.filter((one) => !isUp(one))}
}
