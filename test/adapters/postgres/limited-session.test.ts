import {once} from 'node:events'
import {createServer, type AddressInfo, type Socket} from 'node:net'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {PgDatabase} from '../../../src/adapters/postgres/database.js'
import type {Session} from '../../../src/ports/database.js'
import {MemorySecrets} from '../../fakes/secrets.js'
import {isPostgresThere, startPostgres, type TestPostgres} from '../../support/postgres.js'

const withinMs = 600
const muchLaterMs = 5 * withinMs

async function timed(work: () => Promise<unknown>): Promise<{ms: number; error: unknown}> {
  const from = performance.now()
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return {ms: performance.now() - from, error}
}

describe.skipIf(!isPostgresThere)('a session with a limit, on a real Postgres', () => {
  let server: TestPostgres
  let database: PgDatabase
  let holder: Session
  let session: Session

  beforeAll(async () => {
    server = await startPostgres()
    database = await server.create('limited')
    holder = await database.connect({role: 'admin'})
    await holder.query('create table kept ()')
  })

  beforeEach(async () => {
    session = await database.connect({role: 'admin'}, {withinMs})
  })

  afterEach(() => session.close())

  afterAll(async () => {
    await holder?.close()
    await server?.stop()
  })

  test('does not wait for a lock, and the server says that it was one', async () => {
    await holder.query('begin')
    await holder.query('lock table kept')

    const {ms, error} = await timed(() => session.query('select from kept'))
    await holder.query('rollback')

    expect(error).toMatchObject({code: '55P03'})
    expect(ms).toBeLessThan(withinMs)
  })

  test('lets the server end a statement that takes too long, so that none goes on there', async () => {
    const {error} = await timed(() => session.query('select pg_sleep(30)'))
    const sleeping =
      "select count(*) from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()"

    expect(error).toMatchObject({code: '57014'})
    expect((await holder.query(sleeping)).rows).toEqual([['0']])
  })
})

test('a server that takes connections and says nothing is left when the limit is over', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on TCP, so it has an address with a port.
  const {port} = server.address() as AddressInfo
  const database = new PgDatabase({
    host: '127.0.0.1',
    port,
    name: 'silent',
    adminUser: 'mitra_admin',
    secrets: new MemorySecrets(),
  })

  const {ms, error} = await timed(() => database.connect({role: 'admin'}, {withinMs}))
  for (const socket of sockets) socket.destroy()
  server.close()

  expect(error).toMatchObject({code: 'DATABASE_DOWN'})
  expect(ms).toBeLessThan(muchLaterMs)
})
