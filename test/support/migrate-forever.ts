// A process of its own that migrates one database, to be killed from outside.
import {PgDatabase} from '../../src/adapters/postgres/database.js'
import {readMigrations} from '../../src/features/migrations/files.js'
import {MemorySecrets} from '../fakes/secrets.js'
import {migrateAll, shippedMigrations} from './platform.js'

interface Order {
  readonly port: number
  readonly name: string
  readonly passwords: Readonly<Record<string, string>>
  readonly sql: string
}

const order: Order = JSON.parse(process.env['MIGRATE_ORDER'] ?? '')
const secrets = new MemorySecrets()
for (const [name, value] of Object.entries(order.passwords)) secrets.put(name, value)
const {port, name} = order
const database = new PgDatabase({host: '127.0.0.1', port, name, adminUser: 'mitra_admin', secrets})
const shipped = await shippedMigrations()
const fileName = '20270101000000_more.sql'
const text = `-- migrate:up\n${order.sql}\n-- migrate:down\n`
const more = readMigrations([{scope: 'tenant', fileName, path: fileName, text}])
const migrations = {shared: shipped.shared, tenant: [...shipped.tenant, ...more.tenant]}
process.stdout.write('migrating\n')
await migrateAll({database, secrets}, migrations, 2)
