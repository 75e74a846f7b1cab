// A process of its own that checks without end, to be killed from outside.
import {PgDatabase} from '../../../src/adapters/postgres/database.js'
import {proveIsolation} from '../../../src/features/isolation/prove.js'
import {noSuchTenant} from '../../../src/features/tenants/login.js'
import {secretOf} from '../../../src/features/tenants/names.js'
import {MemorySecrets} from '../../fakes/secrets.js'

interface Order {
  readonly port: number
  readonly name: string
  readonly passwords: Readonly<Record<string, string>>
}

const {port, name, passwords}: Order = JSON.parse(process.env['CHECK_ORDER'] ?? '')
const secrets = new MemorySecrets()
for (const [key, value] of Object.entries(passwords)) secrets.put(key, value)
const database = new PgDatabase({host: '127.0.0.1', port, name, adminUser: 'mitra_admin', secrets})
for (;;) {
  process.stdout.write('checking\n')
  await proveIsolation(
    {names: [], rules: [], look: 'full'},
    {
      database,
      unknownTenant: noSuchTenant,
      async loginOf({name: tenant, login: user}) {
        const password = await secrets.get(secretOf(tenant))
        return password === undefined ? undefined : {role: 'tenant', user, password}
      },
    },
  )
}
