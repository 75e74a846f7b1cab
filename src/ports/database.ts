import {MitraError} from '../errors.js'
import type {Secret} from './secrets.js'

export interface QueryResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly rowCount: number
}

/** One Postgres session. Errors are MitraErrors: SQLSTATE as `code`, the server's hint as a hint. */
export interface Session {
  /** Parameters are bound, never interpolated. */
  query(sql: string, parameters?: readonly unknown[]): Promise<QueryResult>
  /** Sends a whole script in one message; the last statement's result. No parameters. */
  script(sql: string): Promise<QueryResult>
  /**
   * What `COPY ... TO STDOUT` sends, as it is taken; returns the rows that the server counted. Stopped
   * half way, the session can only be closed.
   */
  copyOut(sql: string): AsyncGenerator<Uint8Array, number, undefined>
  /** Sends to `COPY ... FROM STDIN`; the rows. When `chunks` throws, the server takes none of them. */
  copyIn(sql: string, chunks: AsyncIterable<Uint8Array>): Promise<number>
  /** Names of `NOTICE`s and warnings since the last call. */
  notices(): readonly string[]
  /**
   * Takes the lock of this name, until the session ends, however that happens; false while another session
   * has it. Throws `notReady` POOLED_CONNECTION through a pooler, which would give it to somebody else.
   */
  hold(lock: string): Promise<boolean>
  close(): Promise<void>
}

/** Who connects: the superuser of the local cluster, the migrator that owns all, who reads evidence, a tenant. */
export type Login =
  | {readonly role: 'admin'}
  | {readonly role: 'migrator'}
  | {readonly role: 'auditor'}
  | {readonly role: 'tenant'; readonly user: string; readonly password: Secret}

export interface ConnectOptions {
  readonly database?: string
  readonly applicationName?: string
  /**
   * Of the whole session, for whoever only looks: it never waits longer, for a lock still less, and is then
   * cut off, even where the server hangs. Without it a session lasts as long as it is used.
   */
  readonly withinMs?: number
}

/** Where sessions come from: the workspace's database on loopback. */
export interface Database {
  readonly name: string
  /** Throws `notReady` DATABASE_DOWN when nothing answers, AUTH_FAILED when a password does not fit. */
  connect(login: Login, options?: ConnectOptions): Promise<Session>
  /** The same as one address, for programs that are not ours: `postgresql://user:password@host:port/name`. */
  url(login: Login): Promise<Secret>
}

interface SqlErrorDetails {
  readonly hints: readonly string[]
  /** Index into the text that was sent, where the server names a place. */
  readonly offset: number | undefined
  /** The server's own message, without the place. */
  readonly plain: string
}

/** What the server refused: caught where a place in a file or a retry follows from it. */
export class SqlError extends MitraError {
  readonly offset: number | undefined
  readonly plain: string

  constructor(code: string, message: string, {hints, offset, plain}: SqlErrorDetails) {
    super('failed', code, message, {hints})
    this.offset = offset
    this.plain = plain
  }
}
