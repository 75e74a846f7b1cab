import {PgDatabase} from '../../src/adapters/postgres/database.js'
import {readMigrations, type Migrations} from '../../src/features/migrations/files.js'
import {makeTenants, migrateAll, queryAs, shippedMigrations, type Platform} from './platform.js'
import type {TestPostgres} from './postgres.js'

/** Databases with the same tenants in each, copied from one that is made once. */
export interface Fleets {
  readonly shipped: Migrations
  /** A database of its own with all the tenants. */
  copy(): Promise<Platform>
  /** The shipped files and one more of the tenants. */
  withFile(up: string, file?: FileWish): Migrations
}

interface FileWish {
  readonly version?: string
  readonly header?: string
  readonly down?: string
  readonly downHeader?: string
}

export async function makeFleets(server: TestPostgres, names: readonly string[]): Promise<Fleets> {
  const shipped = await shippedMigrations()
  const {secrets} = server
  const original: Platform = {database: await server.create('fleet'), secrets}
  await migrateAll(original, shipped)
  await makeTenants(original, shipped, names, {isFilled: false})
  let count = 0

  return {
    shipped,
    async copy() {
      count += 1
      const name = `fleet_${count}`
      const postgres = new PgDatabase({...address(server), name: 'postgres'})
      await queryAs(
        {database: postgres, secrets},
        'admin',
        `CREATE DATABASE ${name} TEMPLATE fleet`,
      )
      const database = new PgDatabase({...address(server), name})
      // Rights on a database are not copied with it.
      await queryAs(
        {database, secrets},
        'admin',
        `GRANT CONNECT, CREATE ON DATABASE ${name} TO mitra_migrator; GRANT CONNECT ON DATABASE ${name} TO mitra_tenant`,
      )
      return {database, secrets}
    },
    withFile(up, wish = {}) {
      const {version = '20270101000000', header = '-- migrate:up'} = wish
      const {down = '', downHeader = '-- migrate:down'} = wish
      const fileName = `${version}_more.sql`
      const path = `database/tenant/${fileName}`
      const text = `-- words\n${header}\n${up}\n${downHeader}\n${down}\n`
      const more = readMigrations([{scope: 'tenant', fileName, path, text}])
      return {shared: shipped.shared, tenant: [...shipped.tenant, ...more.tenant]}
    },
  }
}

function address({port, secrets}: TestPostgres) {
  return {host: '127.0.0.1', port, adminUser: 'mitra_admin', secrets}
}
