import {Socket} from 'node:net'
import pg from 'pg'
import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {ConnectOptions, Database, Login, QueryResult, Session} from '../../ports/database.js'
import {Secret, type Secrets} from '../../ports/secrets.js'
import {copyIn, copyOut} from './copy.js'
import {translateSqlError} from './errors.js'

interface Address {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly adminUser: string
  readonly secrets: Secrets
}

/** The workspace's Postgres through `pg`. */
export class PgDatabase implements Database {
  readonly name: string
  readonly #address: Address

  constructor(address: Address) {
    this.name = address.name
    this.#address = address
  }

  async connect(login: Login, options: ConnectOptions = {}): Promise<Session> {
    const {host, port, name} = this.#address
    const {user, password} = await this.#credentials(login)
    const client = new pg.Client({
      host,
      port,
      user,
      password,
      database: options.database ?? name,
      application_name: options.applicationName ?? 'mitra',
      connectionTimeoutMillis: 5000,
      ...(options.withinMs === undefined ? {} : limitedTo(options.withinMs)),
      // Numbers and times are for people and JSON here: as Postgres writes them.
      types: {getTypeParser: () => (value: unknown) => value},
    })
    // A connection that breaks fails its queries; without a listener it would end the process.
    client.on('error', () => undefined)
    try {
      await client.connect()
    } catch (error) {
      throw connectError(error, port, user)
    }
    return new PgSession(client)
  }

  async url(login: Login): Promise<Secret> {
    const {host, port, name} = this.#address
    const {user, password} = await this.#credentials(login)
    const who = [user, password].map(encodeURIComponent).join(':')
    return new Secret(`postgresql://${who}@${host}:${port}/${encodeURIComponent(name)}`)
  }

  async #credentials(login: Login): Promise<{user: string; password: string}> {
    const {adminUser, secrets} = this.#address
    if (login.role === 'tenant') return {user: login.user, password: login.password.reveal()}
    if (login.role === 'migrator') {
      return {
        user: 'mitra_migrator',
        password: (await secrets.ensure('postgres.migrator')).reveal(),
      }
    }
    if (login.role === 'auditor') {
      return {user: 'mitra_auditor', password: (await secrets.ensure('postgres.auditor')).reveal()}
    }
    return {user: adminUser, password: (await secrets.ensure('postgres.admin')).reveal()}
  }
}

class PgSession implements Session {
  readonly #client: pg.Client
  #notices: string[] = []

  constructor(client: pg.Client) {
    this.#client = client
    client.on('notice', (notice) => this.#notices.push(notice.message ?? ''))
  }

  async query(sql: string, parameters: readonly unknown[] = []): Promise<QueryResult> {
    return this.#send(sql, parameters.length === 0 ? undefined : [...parameters])
  }

  async script(sql: string): Promise<QueryResult> {
    return this.#send(sql, undefined)
  }

  copyOut(sql: string): AsyncGenerator<Uint8Array, number, undefined> {
    return copyOut(this.#client, sql)
  }

  copyIn(sql: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    return copyIn(this.#client, sql, chunks)
  }

  notices(): readonly string[] {
    const seen = this.#notices
    this.#notices = []
    return seen
  }

  async hold(lock: string): Promise<boolean> {
    // The process as it was named when the session began: a pooler names one of its own. Not among the
    // types of pg.
    const named: unknown = Reflect.get(this.#client, 'processID')
    const real = await this.#send('SELECT pg_backend_pid()', undefined)
    if (real.rows[0]?.[0] !== String(named)) throw pooled()
    const taken = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0))'
    return (await this.#send(taken, [lock])).rows[0]?.[0] === 't'
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined)
  }

  async #send(text: string, values: unknown[] | undefined): Promise<QueryResult> {
    try {
      const config = {text, rowMode: 'array' as const}
      return asResult(await this.#client.query(values === undefined ? config : {...config, values}))
    } catch (error) {
      throw translateSqlError(error, text)
    }
  }
}

/** The server gives up first and can say why; a server that hangs loses the connection. */
function limitedTo(ms: number): pg.ClientConfig {
  return {
    lock_timeout: Math.round(ms * 0.35),
    statement_timeout: Math.round(ms * 0.9),
    stream() {
      const socket = new Socket()
      const end = setTimeout(() => socket.destroy(), ms)
      socket.once('close', () => clearTimeout(end))
      return socket
    },
  }
}

/** Several statements in one message answer with a list; the last one with rows is the answer. */
function asResult(answer: pg.QueryArrayResult | pg.QueryArrayResult[]): QueryResult {
  const results = Array.isArray(answer) ? answer : [answer]
  const result = results.findLast((one) => one.fields.length > 0) ?? results.at(-1)
  if (result === undefined) return {columns: [], rows: [], rowCount: 0}
  const columns = result.fields.map((field) => field.name)
  return {columns, rows: result.rows, rowCount: result.rowCount ?? 0}
}

function connectError(error: unknown, port: number, user: string): MitraError {
  const code = codeOf(error)
  if (code === '28P01' || code === '28000') {
    return new MitraError('notReady', 'AUTH_FAILED', `Postgres refused the password of ${user}.`, {
      hints: passwordHints(user),
      cause: error,
    })
  }
  if (code === '3D000') {
    return new MitraError('notReady', 'NO_DATABASE', `${messageOf(error)}.`, {
      hints: ['mitra setup makes it.'],
      cause: error,
    })
  }
  if (code === '42501' || code === '53300') {
    return new MitraError('notReady', code, `Postgres let ${user} not in: ${messageOf(error)}.`, {
      hints: code === '53300' ? ['Close other sessions, then run the command again.'] : [],
      cause: error,
    })
  }
  const message = `Postgres does not answer on 127.0.0.1:${port}: ${messageOf(error)}.`
  return new MitraError('notReady', 'DATABASE_DOWN', message, {
    hints: ['mitra up postgres', 'mitra status'],
    cause: error,
  })
}

function pooled(): MitraError {
  const message = 'This connection goes through a pooler.'
  return new MitraError('notReady', 'POOLED_CONNECTION', message, {
    hints: [
      'This work holds a lock of its session: give the port of Postgres itself, ports.postgres in mitra.yml.',
    ],
  })
}

function passwordHints(user: string): readonly string[] {
  if (user === 'mitra_admin') {
    return ['mitra restart postgres sets the password that this workspace keeps.']
  }
  if (user === 'mitra_migrator') {
    return ['mitra db migrate sets the password that this workspace keeps.']
  }
  if (user === 'mitra_auditor') {
    return [
      'mitra db migrate gives it a login, in a database that an older mitra made.',
      'Otherwise put back .mitra/secrets.json, which keeps the password that the server knows.',
    ]
  }
  return [
    'It is kept in .mitra/secrets.json: put back the one that the server knows.',
    `Or set it: echo "ALTER ROLE ${user} PASSWORD '...'" | mitra db query -`,
  ]
}
