import {appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {mitra, mitraJson} from '../../support/cli.js'
import {databaseWorkspace, type DatabaseWorkspace} from '../../support/database-workspace.js'
import {isPostgresThere} from '../../support/postgres.js'

// Stands for alembic: says what it was given, and fails when told to.
const program = `import {appendFileSync, existsSync} from 'node:fs'
const {DATABASE_URL = '', SECRET_OF_OURS = 'nothing'} = process.env
const url = new URL(DATABASE_URL)
if (process.argv[2] === 'check') process.exit(existsSync('done') ? 0 : 1)
console.log(\`as \${url.username} in \${url.pathname}, more: \${SECRET_OF_OURS}\`)
console.error(\`password \${url.password}\`)
appendFileSync('ran', JSON.stringify(process.argv.slice(2)) + '\\n')
if (existsSync('fail')) {
  console.error('Target database is not up to date')
  process.exit(3)
}
appendFileSync('done', '')
`

describe.skipIf(!isPostgresThere)("the backend's own migrations", () => {
  let workspace: DatabaseWorkspace
  let backend: string

  beforeAll(async () => {
    workspace = await databaseWorkspace()
    backend = join(workspace.folder, 'backend')
    mkdirSync(backend)
    writeFileSync(join(backend, 'fake.mjs'), program)
    appendFileSync(
      join(workspace.folder, 'mitra.yml'),
      `migrations:\n  command: [node, fake.mjs, upgrade, 'the head']\n  folder: backend\n`,
    )
  }, 120_000)

  afterAll(async () => {
    await workspace?.leave()
  })

  const migrate = (...argv: string[]) =>
    mitra(['db', 'migrate', ...argv], {
      cwd: workspace.folder,
      env: {SECRET_OF_OURS: 'leaked'},
    })
  const ran = () =>
    existsSync(join(backend, 'ran')) ? readFileSync(join(backend, 'ran'), 'utf8') : ''
  const password = () => workspace.secrets()['postgres.migrator'] ?? 'no password'

  test('are the last step of the plan, and a plan runs nothing', async () => {
    const {plan} = await mitraJson<{plan: readonly {id: string; title: string}[]}>(
      ['db', 'migrate', '--plan'],
      {cwd: workspace.folder},
    )

    expect(plan.at(-1)).toMatchObject({
      id: 'db.backend',
      title: 'Run node fake.mjs upgrade the head',
    })
    expect(ran()).toBe('')
  })

  test('run after ours with the address in the environment, and what they say is shown', async () => {
    const {code, stderr, stdout} = await migrate()

    expect(code).toBe(0)
    expect(ran()).toBe('["upgrade","the head"]\n')
    expect(stderr).toContain('as mitra_migrator in /agent_mitra_local, more: nothing')
    expect(`${stdout}${stderr}${workspace.journal()}`).not.toContain(password())
    expect(workspace.journal()).toContain('db.backend')
  })

  test('that fail are an error with what they said last; ours are done', async () => {
    writeFileSync(join(backend, 'fail'), '')
    const {error} = await mitraJson<{
      error: {code: string; message: string; hints: readonly string[]}
    }>(['db', 'migrate'], {cwd: workspace.folder})

    expect(error).toMatchObject({
      code: 'BACKEND_MIGRATIONS_FAILED',
      message: 'node fake.mjs upgrade the head ended with 3: Target database is not up to date.',
    })
    expect(workspace.journal()).toContain('BACKEND_MIGRATIONS_FAILED')
  })

  test('are no step when their check finds nothing to do', async () => {
    appendFileSync(join(workspace.folder, 'mitra.yml'), '  check: [node, fake.mjs, check]\n')
    const {code, stdout} = await migrate()

    expect(code).toBe(0)
    expect(stdout).toContain('Nothing to do')
  })

  test('are left out of the contract phase', async () => {
    const {stdout} = await migrate('--phase', 'contract', '--plan')

    expect(stdout).not.toContain('fake.mjs')
  })

  test('whose program is not there are an error that says so', async () => {
    const settings = join(workspace.folder, 'mitra.yml')
    writeFileSync(
      settings,
      readFileSync(settings, 'utf8')
        .replace('[node, fake.mjs, upgrade', '[no-such-alembic, upgrade')
        .replace(/ {2}check:.*\n/, ''),
    )
    const {code, stderr} = await migrate()

    expect(code).toBe(1)
    expect(stderr).toContain('no-such-alembic could not be started')
  })
})
