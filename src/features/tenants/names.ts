import {MitraError} from '../../errors.js'

declare const tenantNameBrand: unique symbol

/** A checked name: everything that is derived from it fits 63 bytes and cannot collide. */
export type TenantName = string & {readonly [tenantNameBrand]: true}

const pattern = /^[a-z][a-z0-9_]{0,40}$/

// Schemas and roles that exist, words that would read as something else.
const reserved = new Set(
  (
    'public shared information postgres mitra template template0 template1 default all none null ' +
    'user current admin root tenant tenants last'
  ).split(' '),
)

export function asTenantName(text: string): TenantName {
  if (isTenantName(text)) return text
  const why = whyNot(text)
  const near = suggestion(text)
  throw new MitraError(
    'usage',
    'TENANT_NAME',
    `${JSON.stringify(text)} is no name for a tenant: ${why}.`,
    {
      hints: [
        ...(near === undefined ? [] : [`Try ${near}.`]),
        'Small letters, digits and _, a letter first, 41 characters at most.',
      ],
    },
  )
}

function isTenantName(text: string): text is TenantName {
  return (
    pattern.test(text) &&
    !reserved.has(text) &&
    !text.startsWith('pg_') &&
    !text.startsWith('mitra_')
  )
}

function whyNot(text: string): string {
  if (text === '') return 'it is empty'
  if (reserved.has(text)) return 'the word is reserved'
  if (text.startsWith('pg_')) return 'pg_ belongs to Postgres'
  if (text.startsWith('mitra_')) return 'mitra_ belongs to mitra'
  if (Buffer.byteLength(text) > 41) return 'it is too long'
  return 'it has other characters than a-z, 0-9 and _'
}

function suggestion(text: string): string | undefined {
  const near = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '')
    .slice(0, 41)
  return isTenantName(near) ? near : undefined
}

/** `lic` -> `lic_schema`. */
export function schemaOf(name: TenantName): string {
  return within63(`${name}_schema`)
}

/** `lic` -> `lic_login`. */
export function loginOf(name: TenantName): string {
  return within63(`${name}_login`)
}

/** Where the login's password is kept. */
export function secretOf(name: string): string {
  return `tenant.${name}`
}

/** Where it is kept while the tenant is dropped: a restore gives it back, whatever the name. */
export function droppedSecretOf(id: string): string {
  return `dropped.${id}`
}

/** Names of a schema made ahead; `mitra_` is closed to tenants, so that none can take one. */
export function spareNames(id: string): {
  readonly name: string
  readonly schema: string
  readonly login: string
} {
  const name = `mitra_spare_${id.replaceAll('-', '').slice(0, 12)}`
  return {name, schema: within63(`${name}_schema`), login: within63(`${name}_login`)}
}

// Postgres cuts a longer name without an error, and two names become one.
function within63(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name
  throw new MitraError('bug', 'NAME_TOO_LONG', `${name} does not fit 63 bytes.`)
}
