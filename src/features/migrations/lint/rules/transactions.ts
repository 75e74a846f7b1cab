import type {SqlAct} from '../../../../ports/sql-reader.js'
import type {LintRule} from '../rule.js'

/** Refused by the server in the middle of the file, after minutes of the rest for all we know. */
export const concurrentlyInTransaction: LintRule = {
  id: 'concurrently-in-transaction',
  isForDown: true,
  look({act, runs, start, outer}, {isInTransaction}) {
    const words = outsideWords(act)
    if (words === undefined || runs === 'later') return []
    const isInBody = start !== outer.start
    if (!isInTransaction && !isInBody) return []
    const where = isInBody ? 'A DO block is a transaction' : 'The file runs in a transaction'
    return [
      {
        why: `${where}, and ${words} cannot.`,
        fix: 'Put it alone into a file that begins with `-- migrate:up transaction:false`.',
      },
    ]
  },
}

function outsideWords(act: SqlAct): string | undefined {
  if (act.is === 'outside-transaction') return act.words
  if (act.is === 'create-index' && act.isConcurrent) return 'CREATE INDEX CONCURRENTLY'
  if (act.is === 'drop' && act.isConcurrent) return 'DROP INDEX CONCURRENTLY'
  if (act.is !== 'alter-table') return undefined
  return act.changes.some((one) => one.is === 'detach-partition' && one.isConcurrent)
    ? 'DETACH PARTITION CONCURRENTLY'
    : undefined
}

/** Behind a pooler a session's setting goes on to the next tenant; RESET leaves '' behind. */
export const sessionSetting: LintRule = {
  id: 'session-setting',
  isForDown: true,
  isForBodies: true,
  look({act, calls}) {
    const found = calls
      .filter(({name, arguments: given}) => name === 'set_config' && given[2] === false)
      .map(({arguments: [setting], offset}) => ({
        why: `set_config('${String(setting)}', ..., false) stays when the transaction is over.`,
        fix: 'Give true as the third argument: it holds for the transaction.',
        offset,
      }))
    if (act.is === 'set' && !act.isLocal) {
      const why = `SET ${act.setting} stays when the transaction is over.`
      return [...found, {why, fix: `SET LOCAL ${act.setting} ...`}]
    }
    if (act.is !== 'reset') return found
    const why = `RESET of ${act.setting} undoes what the runner has set, for the rest of the session.`
    return [...found, {why, fix: 'Leave it out: SET LOCAL ends with the transaction.'}]
  },
}
