import {rm} from 'node:fs/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {mitra, mitraJson, oddFolder} from '../support/cli.js'
import {enginesToTest} from '../support/engines.js'

interface Status {
  readonly engine: string
  readonly why: string
  readonly services: readonly {name: string; state: string; url: string; port: number}[]
  readonly tenants: readonly string[]
  readonly pendingMigrations: number
}

interface Rows {
  readonly rows: readonly (readonly unknown[])[]
}

interface Failure {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly hints: readonly string[]
  }
}

interface Applied {
  readonly applied: boolean
  readonly plan: readonly {id: string}[]
}

describe.each(enginesToTest)('the main job on the $name engine', ({name, env}) => {
  let folder = ''
  const at = () => ({cwd: folder, env})
  const status = () => mitraJson<Status>(['status'], at())
  const query = (sql: string, ...rest: string[]) =>
    mitraJson<Rows & Failure>(['db', 'query', sql, ...rest], at())
  const countUsers = async (tenant: string) =>
    Number((await query('select count(*) from users', '--tenant', tenant)).rows[0]?.[0])

  beforeAll(async () => {
    folder = await oddFolder()
    const {code, stderr} = await mitra(['setup', '--yes', '--engine', name], at())
    if (code !== 0) throw new Error(`setup ended with ${code}: ${stderr}`)
  }, 600_000)

  afterAll(async () => {
    await mitra(['down'], at())
    await mitra(['reset', '--purge', '--yes'], at())
    await rm(folder, {recursive: true, force: true})
  })

  test('four services are healthy, three tenants are there, nothing is pending', async () => {
    const seen = await status()

    expect(seen.services.map((service) => [service.name, service.state])).toEqual([
      ['postgres', 'healthy'],
      ['redis', 'healthy'],
      ['object-store', 'healthy'],
      ['nginx', 'healthy'],
    ])
    expect(seen).toMatchObject({
      engine: name,
      tenants: ['hdfc', 'icici', 'lic'],
      pendingMigrations: 0,
    })
  })

  test('each login counts its own rows, and each a different number', async () => {
    const counts = await Promise.all(['lic', 'hdfc', 'icici'].map(countUsers))

    expect(Math.min(...counts)).toBeGreaterThan(0)
    expect(new Set(counts).size).toBe(3)
  })

  test("another tenant's table is an error for the login", async () => {
    const {error} = await query('select * from hdfc_schema.users', '--tenant', 'lic')

    expect(error.message).toContain('permission denied for schema hdfc_schema')
  })

  test.each([
    "set app.tenant_id = 'x'; select count(*) from users",
    'set row_security = off; select count(*) from users',
    'set search_path = hdfc_schema, lic_schema; select count(*) from users',
    'set role hdfc_login; select count(*) from users',
    'set session authorization hdfc_login; select count(*) from users',
    'set role mitra_migrator; select count(*) from users',
    'reset role; reset session authorization; select count(*) from users',
  ])('nothing that a login sets shows another row: %s', async (sql) => {
    const own = await countUsers('lic')

    const {rows, error} = await query(sql, '--tenant', 'lic')

    const seen = error === undefined ? Number(rows[0]?.[0]) : own
    expect(seen).toBe(own)
  })

  test('a second setup changes nothing and says so', async () => {
    const again = await mitraJson<Applied>(['setup', '--yes'], at())

    expect(again).toMatchObject({applied: false, plan: []})
  })

  test('the proxy shows the status page and says what to do about a missing backend', async () => {
    const proxy = (await status()).services.find((service) => service.name === 'nginx')

    const page = await fetch(`${proxy?.url}/`)
    const api = await fetch(`${proxy?.url}/api/health`)

    expect(await page.text()).toContain('<html')
    expect(api.status).toBeGreaterThanOrEqual(502)
    expect(api.headers.get('content-type')).toContain('json')
  })

  test('down and up keep every row and every URL', async () => {
    const before = await status()
    const counts = await Promise.all(['lic', 'hdfc', 'icici'].map(countUsers))

    await mitra(['down'], at())
    const stopped = await status()
    const {code} = await mitra(['up'], at())

    expect(stopped.services.map((service) => service.state)).toEqual(Array(4).fill('stopped'))
    expect(code).toBe(0)
    expect(await Promise.all(['lic', 'hdfc', 'icici'].map(countUsers))).toEqual(counts)
    expect((await status()).services.map((service) => service.url)).toEqual(
      before.services.map((service) => service.url),
    )
  })

  test('reset refuses without a terminal and without --yes', async () => {
    const {code, stderr} = await mitra(['reset'], at())

    expect(code).toBe(6)
    expect(stderr).toContain('--yes')
  })

  test('a reset is taken back with every row', async () => {
    const counts = await Promise.all(['lic', 'hdfc', 'icici'].map(countUsers))

    const reset = await mitra(['reset', '--yes'], at())
    await mitra(['up'], at())
    const empty = await status()
    const undo = await mitra(['undo', '--yes', ...(await resetRun())], at())

    expect([reset.code, undo.code]).toEqual([0, 0])
    expect(empty.tenants).toEqual([])
    await mitra(['up'], at())
    expect(await Promise.all(['lic', 'hdfc', 'icici'].map(countUsers))).toEqual(counts)
  })

  async function resetRun(): Promise<readonly string[]> {
    const {runs} = await mitraJson<{runs: readonly {id: string; command: string}[]}>(
      ['journal', 'list'],
      at(),
    )
    const found = runs.find((run) => run.command === 'reset')
    return found === undefined ? [] : [found.id]
  }
})
