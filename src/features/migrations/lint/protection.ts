import type {MigrationScope} from '../../../ports/migration-files.js'
import type {SqlStatement} from '../../../ports/sql-reader.js'
import {tableKey, textName} from './known-tables.js'

/**
 * Tables that a file puts under forced row level security with a policy: by protect_table, or by all
 * three statements. A call in a loop names no table and does not count.
 */
export function protectedTables(
  statements: readonly SqlStatement[],
  scope: MigrationScope,
): ReadonlySet<string> {
  const seen = new Map<string, Set<string>>()
  const note = (key: string, what: string) => {
    seen.set(key, (seen.get(key) ?? new Set()).add(what))
  }
  for (const {act, calls, runs} of statements) {
    if (runs === 'later') continue
    if (act.is === 'policy') note(tableKey(act.table, scope), 'policy')
    if (act.is === 'alter-table') {
      for (const {is} of act.changes) note(tableKey(act.table, scope), is)
    }
    for (const {name, arguments: given} of calls) {
      const [target] = given
      if (name !== 'protect_table' || typeof target !== 'string') continue
      for (const what of wanted) note(tableKey(textName(target), scope), what)
    }
  }
  const whole = [...seen].filter(([, marks]) => wanted.every((what) => marks.has(what)))
  return new Set(whole.map(([key]) => key))
}

const wanted = ['enable-rls', 'force-rls', 'policy'] as const
