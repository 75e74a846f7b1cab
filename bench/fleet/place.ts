import {join} from 'node:path'
import {PgDatabase} from '../../src/adapters/postgres/database.js'
import {FileSecrets} from '../../src/adapters/secrets/file-secrets.js'
import {MemorySecrets} from '../../test/fakes/secrets.js'
import type {Platform} from '../../test/support/platform.js'
import {settingsOf, withStack, type StackUnderTest} from '../stack-under-test.js'

/** The Postgres of a native stack of mitra, durable and with its default settings. */
export interface FleetPlace {
  readonly stack: StackUnderTest
  readonly port: number
  readonly passwords: {readonly admin: string; readonly migrator: string}
  /** A new database on it. */
  create(name: string): Promise<Platform>
}

/** Sets a native stack up, lends its server and leaves nothing behind. */
export async function withFleetPlace<T>(work: (place: FleetPlace) => Promise<T>): Promise<T> {
  return withStack({engine: 'native'}, async (stack) => {
    const port = (await settingsOf(stack)).ports.postgres
    const kept = new FileSecrets(join(stack.cwd, '.mitra/secrets.json'))
    const secrets = new MemorySecrets()
    const [admin, migrator] = await Promise.all(
      ['postgres.admin', 'postgres.migrator'].map(async (name) => {
        const value = (await kept.ensure(name)).reveal()
        secrets.put(name, value)
        return value
      }),
    )
    const open = (name: string) =>
      new PgDatabase({host: '127.0.0.1', port, name, adminUser: 'mitra_admin', secrets})
    return work({
      stack,
      port,
      passwords: {admin: admin ?? '', migrator: migrator ?? ''},
      async create(name) {
        const session = await open('postgres').connect({role: 'admin'})
        await session.script(`CREATE DATABASE ${name}`)
        await session.close()
        return {database: open(name), secrets}
      },
    })
  })
}
