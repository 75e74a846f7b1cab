import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {openTools, type Tools} from '../../src/cli/tools.js'
import {startPostgres, type TestPostgres} from './postgres.js'

/** A workspace on disk whose Postgres is the test's own; everything that commands open is real. */
export interface DatabaseWorkspace {
  readonly folder: string
  readonly server: TestPostgres
  tools(): Tools
  /** Writes a migration of the tenants. */
  write(fileName: string, up: string): void
  secrets(): Readonly<Record<string, string>>
  journal(): string
  leave(): Promise<void>
}

export async function databaseWorkspace(): Promise<DatabaseWorkspace> {
  const server = await startPostgres()
  await server.create('agent_mitra_local')
  const folder = mkdtempSync(join(tmpdir(), 'mitra-database-'))
  const state = join(folder, '.mitra')
  const templates = fileURLToPath(new URL('../../templates/database', import.meta.url))
  cpSync(templates, join(folder, 'database'), {recursive: true})
  mkdirSync(state, {mode: 0o700})
  const admin = (await server.secrets.ensure('postgres.admin')).reveal()
  writeFileSync(join(state, 'secrets.json'), JSON.stringify({'postgres.admin': admin}), {
    mode: 0o600,
  })
  writeFileSync(join(state, 'workspace.json'), '{"id": "0123456789ab"}')
  const settings = `ports:\n  postgres: ${server.port}\ndatabase:\n  name: agent_mitra_local\ntenants:\n  spares: 0\n`
  writeFileSync(join(folder, 'mitra.yml'), settings)
  const before = process.env['MITRA_WORKSPACE']
  process.env['MITRA_WORKSPACE'] = folder

  return {
    folder,
    server,
    tools: () => openTools({version: 'test'}),
    write(fileName, up) {
      const text = `-- migrate:up\n${up}\n-- migrate:down\n`
      writeFileSync(join(folder, 'database/tenant', fileName), text)
    },
    secrets: () => JSON.parse(readFileSync(join(state, 'secrets.json'), 'utf8')),
    journal: () => readFileSync(join(state, 'journal/journal.jsonl'), 'utf8'),
    async leave() {
      if (before === undefined) delete process.env['MITRA_WORKSPACE']
      else process.env['MITRA_WORKSPACE'] = before
      await server.stop()
      rmSync(folder, {recursive: true, force: true})
    },
  }
}
