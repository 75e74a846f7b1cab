import {setTimeout as sleep} from 'node:timers/promises'
import {PgDatabase} from '../../../src/adapters/postgres/database.js'
import {FileSecrets} from '../../../src/adapters/secrets/file-secrets.js'
import type {Session} from '../../../src/ports/database.js'
import type {SickWorkspace} from '../sick-workspace.js'
import type {Fault, Injected} from './fault.js'

const settleMs = 1300

function session(place: SickWorkspace, database = 'agent_mitra_local'): Promise<Session> {
  return new PgDatabase({
    host: '127.0.0.1',
    port: place.port('postgres'),
    name: database,
    adminUser: 'mitra_admin',
    secrets: new FileSecrets(`${place.state}/secrets.json`),
  }).connect({role: 'admin'})
}

/** Something said to the server, and what takes it back; either is a list of statements. */
function said(
  what: string,
  names: string,
  {
    wrong,
    right,
    heals,
  }: {wrong: readonly string[]; right: readonly string[]; heals?: Fault['heals']},
): Fault {
  return {
    what,
    names,
    alone: true,
    ...(heals === undefined ? {} : {heals}),
    async inject(place) {
      const admin = await session(place)
      for (const sql of wrong) await admin.query(sql)
      await sleep(300)
      return {
        async undo() {
          if (right.length === 0) return admin.close()
          for (const sql of right) await admin.query(sql)
          return admin.close()
        },
      }
    },
  }
}

/** A transaction that is forgotten, with or without somebody who waits for it. */
function held(what: string, isSomebodyWaiting: boolean): Fault {
  return {
    what,
    names: 'database.locks',
    alone: true,
    async inject(place): Promise<Injected> {
      const [holder, waiting] = [await session(place), await session(place)]
      await holder.query('BEGIN')
      await holder.query('LOCK TABLE shared_schema.tenants IN ACCESS EXCLUSIVE MODE')
      const waits = isSomebodyWaiting
        ? waiting.query('SELECT FROM shared_schema.tenants')
        : Promise.resolve()
      await sleep(settleMs)
      return {
        async undo() {
          await holder.query('ROLLBACK')
          await waits
          await Promise.all([holder.close(), waiting.close()])
        },
      }
    },
  }
}

const alter = (what: string) => [`ALTER SYSTEM ${what}`, 'SELECT pg_reload_conf()']

const changeRecord = 'UPDATE shared_schema.schema_migrations'
const isLast = 'WHERE position = (SELECT max(position) FROM shared_schema.schema_migrations)'

export const databaseFaults: readonly Fault[] = [
  held('an open transaction keeps what others wait for', true),
  held('an open transaction keeps the tenants for itself', false),
  said('a server that takes no changes', 'database.writable', {
    wrong: alter('SET default_transaction_read_only = on'),
    right: ['SET transaction_read_only = off', ...alter('RESET default_transaction_read_only')],
    heals: {},
  }),
  said('a password that was changed in Postgres itself', 'database.response', {
    wrong: ["ALTER ROLE mitra_admin PASSWORD 'another-password'"],
    right: [],
    heals: {restarts: ['postgres']},
  }),
  said('a migrator that may not log in', 'database.migrator', {
    wrong: ['ALTER ROLE mitra_migrator NOLOGIN'],
    right: ['ALTER ROLE mitra_migrator LOGIN'],
  }),
  said('a clock of Postgres that is an hour ahead', 'database.clock', {
    wrong: [
      'CREATE SCHEMA ahead',
      "CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$",
      'ALTER ROLE mitra_admin SET search_path = ahead, pg_catalog, public',
    ],
    right: ['ALTER ROLE mitra_admin RESET search_path', 'DROP SCHEMA ahead CASCADE'],
  }),
  said('a record of the ledger was changed by hand', 'database.ledger', {
    wrong: [`${changeRecord} SET previous_checksum = 'x' || previous_checksum ${isLast}`],
    right: [`${changeRecord} SET previous_checksum = substr(previous_checksum, 2) ${isLast}`],
  }),
  {
    what: 'a database that is not in UTF8',
    names: 'database.encoding',
    alone: true,
    async inject(place) {
      const admin = await session(place)
      await admin.query("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
      return {
        env: {MITRA_DATABASE_NAME: 'latin'},
        async undo() {
          await admin.query('DROP DATABASE latin WITH (FORCE)')
          await admin.close()
        },
      }
    },
  },
  {
    what: 'nearly no connection left',
    names: 'database.connections',
    alone: true,
    async inject(place) {
      const first = await session(place)
      const {rows} = await first.query('SHOW max_connections')
      const wanted = Math.ceil(Number(rows[0]?.[0]) * 0.86)
      const more = await Promise.all(Array.from({length: wanted - 1}, () => session(place)))
      return {undo: () => Promise.all([first, ...more].map((one) => one.close()))}
    },
  },
]
