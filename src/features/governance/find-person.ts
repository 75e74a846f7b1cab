import {MitraError} from '../../errors.js'
import type {Session} from '../../ports/database.js'
import type {RetentionRules} from '../../ports/retention-rules.js'
import {identifier} from '../../ports/sql-text.js'
import type {TableMap} from './table-map.js'
import type {GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What was given is a key, not an e-mail address or a phone number. */
export function isPersonKey(given: string): boolean {
  return uuidPattern.test(given)
}

/** The key of the one person meant by key, e-mail address or phone number; undefined for nobody. */
export async function findPerson(
  session: Session,
  given: string,
  {rules, map}: {readonly rules: RetentionRules; readonly map: TableMap},
): Promise<string | undefined> {
  const {table, findBy} = rules.person
  const key = identifier(map.tables.get(table)?.key ?? '')
  const isKey = isPersonKey(given)
  const words = isKey ? [] : findBy.map((column) => `lower(${identifier(column)}) = lower($1)`)
  if (!isKey && words.length === 0) return undefined
  const condition = isKey ? `${key} = $1::uuid` : words.join(' OR ')
  const found = await session.query(
    `SELECT ${key} FROM ${identifier(table)} WHERE ${condition} ORDER BY 1 LIMIT 5`,
    [given],
  )
  const keys = textRows(found).map(([one = '']) => one)
  if (keys.length < 2) return keys[0]
  throw new MitraError('usage', 'SEVERAL_PERSONS', `${keys.length} people fit what was given.`, {
    hints: [`Give the key: --person ${keys.join(' or ')}.`],
  })
}

/** Nothing of what was given is repeated: it may be an address, and errors are logged. */
export function noSuchPerson(given: string, {name}: GovernedTenant, rules: RetentionRules) {
  const {table, findBy} = rules.person
  const what = isPersonKey(given) ? `key ${given}` : `this ${findBy.join(' or ')}`
  return new MitraError('usage', 'NO_PERSON', `${name} has nobody with ${what} in ${table}.`, {
    hints: [
      'A key is a UUID; anything else is looked for in ' + findBy.join(' and ') + '.',
      `mitra db query "select user_id, email from users" --tenant ${name}`,
    ],
  })
}
