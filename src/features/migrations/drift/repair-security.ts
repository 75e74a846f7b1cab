import {identifier} from '../../../ports/sql-text.js'
import {inSchema, ownName, relationIn, type RepairCase, type RepairTarget} from './repair-case.js'

const privileges: Readonly<Record<string, string>> = {
  r: 'SELECT',
  a: 'INSERT',
  w: 'UPDATE',
  d: 'DELETE',
  D: 'TRUNCATE',
  x: 'REFERENCES',
  t: 'TRIGGER',
  U: 'USAGE',
  C: 'CREATE',
  X: 'EXECUTE',
}

/** What each role is granted, as letters; undefined where a grant can be passed on or is of another kind. */
function grantsIn(fact: string): ReadonlyMap<string, string> | undefined {
  if (fact === 'none') return new Map()
  const grants = new Map<string, string>()
  for (const item of fact.split(', ')) {
    const [, role, letters] = /^(.*)=([a-zA-Z]*)\/[^/]+$/.exec(item) ?? []
    if (role === undefined || letters === undefined) return undefined
    if (letters.split('').some((letter) => privileges[letter] === undefined)) return undefined
    grants.set(role, letters)
  }
  return grants
}

export function grantRepair(
  {place, expected, found}: RepairCase,
  target: RepairTarget,
): readonly string[] {
  return grantChanges(`TABLE ${relationIn(target, place)}`, expected, found, target)
}

function grantChanges(
  on: string,
  expected: string | null,
  found: string | null,
  target: RepairTarget,
): readonly string[] {
  const wanted = expected === null ? undefined : grantsIn(expected)
  const present = found === null ? undefined : grantsIn(found)
  if (wanted === undefined || present === undefined) return []
  const roles = [...new Set([...present.keys(), ...wanted.keys()])]
  return roles.flatMap((role) => {
    const [want = '', have = ''] = [wanted.get(role), present.get(role)]
    const who = roleName(role, target)
    const tooMany = words(have, want)
    const missing = words(want, have)
    return [
      ...(tooMany === '' ? [] : [`REVOKE ${tooMany} ON ${on} FROM ${who};`]),
      ...(missing === '' ? [] : [`GRANT ${missing} ON ${on} TO ${who};`]),
    ]
  })
}

/** Privileges of the one that the other has not. */
function words(letters: string, without: string): string {
  const left = letters.split('').filter((letter) => !without.includes(letter))
  return left.map((letter) => privileges[letter]).join(', ')
}

function roleName(role: string, {login}: RepairTarget): string {
  if (role === '') return 'PUBLIC'
  if (role === '~login') return identifier(login)
  return role.startsWith('"') ? role : identifier(role)
}

export function schemaRepair(
  {expected, found}: RepairCase,
  target: RepairTarget,
): readonly string[] {
  const [owner, wanted] = schemaFact(expected)
  const [present, granted] = schemaFact(found)
  if (owner !== present) return []
  return grantChanges(`SCHEMA ${identifier(target.schema)}`, wanted, granted, target)
}

function schemaFact(fact: string | null): readonly [string, string | null] {
  const [, owner = '', grants] = /^owner (.*); grants (.*)$/.exec(fact ?? '') ?? []
  return [owner, grants ?? null]
}

const policyPattern =
  /^(permissive|restrictive) for (\w+) to (.+?)(?: using (.+?))?(?: with check (.+))?$/s

export function policyRepair(one: RepairCase, target: RepairTarget): readonly string[] {
  const table = relationIn(target, one.place)
  const name = identifier(ownName(one))
  const drop = `DROP POLICY ${name} ON ${table};`
  if (one.expected === null) return [drop]
  const create = policyDefinition(name, table, one.expected, target)
  if (create === undefined) return []
  return one.found === null ? [create] : [drop, create]
}

function policyDefinition(
  name: string,
  table: string,
  fact: string,
  target: RepairTarget,
): string | undefined {
  // Where a condition holds the words that divide conditions, the fact can be read in two ways.
  const isPlain = [' using ', ' with check '].every((mark) => fact.split(mark).length <= 2)
  const [, mode, command, roles = '', using, check] = policyPattern.exec(fact) ?? []
  if (!isPlain || mode === undefined || command === undefined) return undefined
  const to =
    roles === 'public'
      ? 'PUBLIC'
      : roles
          .split(', ')
          .map((role) => roleName(role, target))
          .join(', ')
  return [
    `CREATE POLICY ${name} ON ${table} AS ${mode.toUpperCase()} FOR ${command.toUpperCase()} TO ${to}`,
    ...(using === undefined ? [] : [` USING (${inSchema(using, target)})`]),
    ...(check === undefined ? [] : [` WITH CHECK (${inSchema(check, target)})`]),
    ';',
  ].join('')
}
