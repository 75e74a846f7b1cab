import {execFileSync} from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import type {SickWorkspace} from '../sick-workspace.js'
import type {Fault, Injected} from './fault.js'

const hourMs = 3_600_000
const nobody = 65_534

type Injection = (place: SickWorkspace) => Injected | void

/** A fault in the files of a workspace, which is a copy: nothing has to be put back. */
function inFiles(
  what: string,
  names: string,
  inject: Injection,
  more: Pick<Fault, 'needs' | 'heals'> = {},
): Fault {
  return {what, names, inject: (place) => inject(place) ?? {}, ...more}
}

function written(what: string, names: string, file: string, text: string): Fault {
  return inFiles(what, names, (place) => writeFileSync(place.path(file), text))
}

function withMode(what: string, file: string, mode: number): Fault {
  return inFiles(what, 'secrets.permissions', (place) => chmodSync(place.path(file), mode), {
    heals: {files: [file]},
  })
}

function variable(what: string, names: string, name: string, value: string): Fault {
  return inFiles(what, names, () => ({env: {[name]: value}}))
}

function withSecrets(
  what: string,
  names: string,
  change: (values: Record<string, string>) => void,
): Fault {
  return inFiles(what, names, (place) => void place.withSecrets(change))
}

/** `.mitra` ignores itself; here that file is lost. */
function inRepository(place: SickWorkspace): void {
  writeFileSync(place.path('.mitra/.gitignore'), '')
  rmSync(place.path('.gitignore'), {force: true})
  git(place, 'init')
}

function git(place: SickWorkspace, ...argv: string[]): void {
  execFileSync('git', argv, {cwd: place.folder, stdio: 'ignore'})
}

/** The first file of migrations of shared_schema. */
function firstMigration(place: SickWorkspace): string {
  const [file = ''] = readdirSync(place.path('database/shared')).toSorted()
  return place.path(`database/shared/${file}`)
}

export const settingsFaults: readonly Fault[] = [
  written('an unknown setting', 'workspace.settings', 'mitra.yml', 'enginee: native\n'),
  written('a mitra.yml that is no YAML', 'workspace.settings', 'mitra.yml', 'ports: [1, 2\n'),
  written('a merge conflict in mitra.yml', 'workspace.settings', 'mitra.yml', '<<<<<<< HEAD\n'),
  variable('a port that is no number', 'workspace.settings', 'MITRA_PORTS_NGINX', 'web'),
  inFiles('mitra.yml is gone', 'workspace.settings', (place) => rmSync(place.path('mitra.yml'))),
  inFiles('a clone that was never set up', 'workspace.settings', (place) =>
    rmSync(place.state, {recursive: true}),
  ),
  written('a memory that is no JSON', 'workspace.memory', '.mitra/memory.json', '{'),
  written('a schema of variables that is no YAML', 'env.schema', 'env.schema.yml', 'vars: [\n'),
  written(
    'a misnamed migration',
    'migrations.files',
    'database/shared/add_users.sql',
    'SELECT 1;\n',
  ),
  written(
    'a migration without its marks',
    'migrations.files',
    'database/shared/20990101000000_later.sql',
    'SELECT 1;\n',
  ),
  written('rules of retention with a mistake', 'retention.settings', 'retention.yml', 'rulez: 1\n'),
  variable('no file of phases', 'cost.settings', 'MITRA_COST_PHASES_FILE', 'nowhere.yml'),
]

export const secretFaults: readonly Fault[] = [
  withMode('passwords open to others', '.mitra/secrets.json', 0o644),
  withMode('a folder of passwords open to others', '.mitra', 0o755),
  inFiles(
    'variables with passwords open to others',
    'env.files',
    (place) => {
      copyFileSync(place.path('.env.good'), place.path('.env.local'))
      chmodSync(place.path('.env.local'), 0o644)
    },
    {heals: {files: ['.env.local']}},
  ),
  written('passwords that are no JSON', 'secrets.permissions', '.mitra/secrets.json', '{"a": '),
  inFiles('passwords behind a link', 'secrets.permissions', (place) => {
    renameSync(place.path('.mitra/secrets.json'), join(place.scratch, 'secrets.json'))
    symlinkSync(join(place.scratch, 'secrets.json'), place.path('.mitra/secrets.json'))
  }),
  inFiles('git would take the passwords', 'secrets.git', inRepository, {
    heals: {files: ['.mitra/.gitignore']},
  }),
  inFiles('git keeps the passwords', 'secrets.git', (place) => {
    inRepository(place)
    git(place, 'add', '-f', '.mitra/secrets.json')
  }),
  withSecrets('a lost password of Postgres', 'database.response', (values) => {
    delete values['postgres.admin']
  }),
  withSecrets('a wrong password of Postgres', 'database.response', (values) => {
    values['postgres.admin'] = 'wrong-password'
  }),
  withSecrets('a lost password of Redis', 'redis.response', (values) => {
    delete values['redis']
  }),
  withSecrets('a wrong password of Redis', 'redis.response', (values) => {
    values['redis'] = 'wrong-password'
  }),
  withSecrets('a lost password of migrations', 'database.migrator', (values) => {
    delete values['postgres.migrator']
  }),
  withSecrets('a wrong password of migrations', 'database.migrator', (values) => {
    values['postgres.migrator'] = 'wrong-password'
  }),
  withSecrets('a lost password of a tenant', 'tenants.passwords', (values) => {
    delete values[Object.keys(values).find((name) => name.startsWith('tenant.')) ?? '']
  }),
  withSecrets('lost keys of the object store', 'object-store.response', (values) => {
    delete values['objectStore.secretKey']
  }),
  withSecrets('wrong keys of the object store', 'object-store.response', (values) => {
    values['objectStore.secretKey'] = 'wrong-password'
  }),
]

export const workspaceFaults: readonly Fault[] = [
  inFiles(
    'a file that belongs to another user',
    'workspace.owner',
    ({state}) => chownSync(join(state, 'memory.json'), nobody, nobody),
    {needs: 'root'},
  ),
  inFiles(
    'a workspace on a file system that is mounted read-only',
    'workspace.writable',
    (place) => {
      const at = join(place.scratch, 'read-only')
      mkdirSync(at)
      execFileSync('mount', ['--bind', place.folder, at])
      execFileSync('mount', ['-o', 'remount,bind,ro', at])
      return {cwd: at, undo: () => void execFileSync('umount', [at])}
    },
    {needs: 'mount'},
  ),
  inFiles(
    'a workspace on a full disk',
    'disk.space',
    (place) => {
      const at = join(place.scratch, 'full')
      mkdirSync(at)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=755', 'tmpfs', at])
      cpSync(place.folder, at, {recursive: true, preserveTimestamps: true})
      chmodSync(join(at, '.mitra'), 0o700)
      return {cwd: at, undo: () => void execFileSync('umount', [at])}
    },
    {needs: 'mount'},
  ),
  inFiles('the clock was set back', 'machine.clock', ({state}) => {
    const ahead = new Date(Date.now() + hourMs)
    utimesSync(join(state, 'memory.json'), ahead, ahead)
  }),
  inFiles('a journal that was changed', 'journal.readable', ({state}) =>
    appendFileSync(join(state, 'journal/journal.jsonl'), 'garbage\ngarbage\n'),
  ),
  written('a .env file without its variables', 'env.files', '.env.local', 'NOT_A_VARIABLE=1\n'),
  written(
    'a pending migration',
    'database.migrations',
    'database/shared/20990101000000_later.sql',
    '-- migrate:up\nSELECT 1;\n-- migrate:down\n',
  ),
  inFiles('a migration that ran was edited', 'database.ledger', (place) =>
    appendFileSync(firstMigration(place), '-- changed\n'),
  ),
  inFiles('a migration that ran was removed', 'database.ledger', (place) =>
    rmSync(firstMigration(place)),
  ),
  {
    what: 'a bucket that is not there',
    names: 'object-store.response',
    heals: {},
    inject: () => ({env: {MITRA_OBJECT_STORE_BUCKET: 'another-bucket'}}),
  },
  variable('a database that is not there', 'database.response', 'MITRA_DATABASE_NAME', 'nowhere'),
  inFiles('an interrupted run', 'journal.readable', (place) => {
    const path = join(place.state, 'journal/journal.jsonl')
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    writeFileSync(path, `${lines.slice(0, -2).join('\n')}\n`, {mode: 0o600})
  }),
]
