import type {Login} from '../../ports/database.js'
import {Secret} from '../../ports/secrets.js'

/** What libpq and every driver read of a connection; the password among it, in the environment alone. */
export function connectionVariables(
  {name}: {readonly name: string},
  login: Login,
  {port, database}: {readonly port: number; readonly database: string},
): Readonly<Record<string, string | Secret>> {
  if (login.role !== 'tenant') return {}
  const {user, password} = login
  const address = `127.0.0.1:${port}/${database}`
  return {
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    DATABASE_URL: new Secret(
      `postgresql://${user}:${encodeURIComponent(password.reveal())}@${address}`,
    ),
    MITRA_TENANT: name,
  }
}
