import {createHash, randomBytes} from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {MitraError} from '../../errors.js'
import {doesPostgresAccept} from '../probes/postgres.js'
import {lastLine, runProgram} from '../process/run.js'
import {scramVerifier} from '../scram/verifier.js'
import {makeOwned} from './place.js'
import type {Program, ProgramContext} from './program.js'
import {writeOwned} from './registry.js'
import {endProcessesIn} from './signals.js'

const superuser = 'mitra_admin'

// Measured on 16.14: 14 MB at rest against 22 MB with the defaults.
const lowMemory = {
  shared_buffers: '16MB',
  max_connections: '100',
  autovacuum_max_workers: '2',
  max_logical_replication_workers: '0',
  max_wal_senders: '0',
  wal_level: 'minimal',
  jit: 'off',
}

/** Postgres 16: TCP on loopback with SCRAM only, no Unix socket, nobody trusted. */
export const postgresProgram: Program = {
  service: 'postgres',

  async launch(context) {
    const {settings, place, runtime} = context
    const data = place.data('postgres')
    if (existsSync(join(data, 'PG_VERSION'))) refuseOtherVersion(data, runtime.version)
    else await initialise(context, data)
    await applyPassword(context, data)
    const options = {
      ...lowMemory,
      listen_addresses: '127.0.0.1',
      port: String(settings.ports.postgres),
      unix_socket_directories: '',
      log_timezone: 'UTC',
      timezone: 'UTC',
    }
    const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    return {
      argv: [join(runtime.path, 'bin/postgres'), '-D', data, ...flags],
      env: {LC_ALL: 'C', TZ: 'UTC'},
      folder: data,
      stopSignal: 'INT',
    }
  },

  async isHealthy({ports}, pid, folder) {
    const lines = readLines(join(folder, 'postmaster.pid'))
    // Line 1 is the postmaster, line 8 its state: pg_ctl looks at the same two.
    if (Number(lines[0]) !== pid || lines[7]?.trim() !== 'ready') return false
    return doesPostgresAccept(ports.postgres)
  },

  url: ({ports, databaseName}) => `postgresql://127.0.0.1:${ports.postgres}/${databaseName}`,
  port: ({ports}) => ports.postgres,
}

function refuseOtherVersion(data: string, version: string): void {
  const theirs = readLines(join(data, 'PG_VERSION'))[0]?.trim() ?? ''
  const [ours = ''] = version.split('.')
  if (theirs === ours) return
  throw new MitraError(
    'notReady',
    'DATA_VERSION',
    `${data} holds data of Postgres ${theirs}; this is Postgres ${ours}.`,
    {
      hints: [
        `Nothing was changed. Dump with Postgres ${theirs} and restore, or begin anew: mitra reset.`,
      ],
    },
  )
}

/**
 * Beside its place, then renamed into it: a data folder is whole or not there. `-N` skips the fsync of
 * every file; `-S` makes all of it durable once, before anybody relies on it.
 */
async function initialise(context: ProgramContext, data: string): Promise<void> {
  const {settings, place, runtime} = context
  await sweepHalfMade(data)
  const work = `${data}.making-${randomBytes(4).toString('hex')}`
  const making = join(work, 'data')
  const passwordFile = join(work, 'password')
  makeOwned(work, place.account)
  const password = await settings.secrets.ensure('postgres.admin')
  const initdb = join(runtime.path, 'bin/initdb')
  try {
    writeOwned(passwordFile, password.reveal(), place.account)
    const options = ['-N', '--no-instructions', '--locale=C', '-E', 'UTF8', '-A', 'scram-sha-256']
    const whose = ['-U', superuser, `--pwfile=${passwordFile}`]
    await asOwner(context, initdb, [...options, ...whose, '-D', making], {cwd: work})
    await singleUser(context, making, `CREATE DATABASE "${settings.databaseName}"`)
    writeOwned(join(making, 'mitra.password'), fingerprint(password.reveal()), place.account)
    await asOwner(context, initdb, ['-S', '-D', making], {cwd: work})
    renameSync(making, data)
    syncFolder(dirname(data))
  } finally {
    rmSync(work, {recursive: true, force: true})
  }
}

/** What a killed start left half made; an initdb that outlived it would go on writing there. */
async function sweepHalfMade(data: string): Promise<void> {
  const folder = dirname(data)
  const names = existsSync(folder) ? readdirSync(folder) : []
  for (const name of names.filter((entry) => entry.startsWith(`${basename(data)}.making`))) {
    await endProcessesIn(join(folder, name))
    await endProcessesIn(join(folder, name, 'data'))
    rmSync(join(folder, name), {recursive: true, force: true})
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

const appliedFile = 'mitra.password'

/** A password that changed since it was last applied is set before the server starts. */
async function applyPassword(context: ProgramContext, data: string): Promise<void> {
  const password = (await context.settings.secrets.ensure('postgres.admin')).reveal()
  const file = join(data, appliedFile)
  if (readLines(file)[0] === fingerprint(password)) return
  // The server gets a verifier, so neither its log nor its memory ever holds the password.
  await singleUser(context, data, `ALTER ROLE ${superuser} PASSWORD '${scramVerifier(password)}'`)
  writeOwned(file, fingerprint(password), context.place.account)
}

/** For a password that was changed in the server itself, which no file tells of. */
export function forgetApplied(data: string): void {
  rmSync(join(data, appliedFile), {force: true})
}

async function singleUser(context: ProgramContext, data: string, sql: string): Promise<void> {
  const postgres = join(context.runtime.path, 'bin/postgres')
  const quiet = ['-c', 'log_statement=none', '-c', 'log_min_error_statement=panic']
  const argv = ['--single', ...quiet, '-D', data, 'postgres']
  await asOwner(context, postgres, argv, {cwd: data, input: `${sql};\n`})
}

async function asOwner(
  {place, runtime}: ProgramContext,
  program: string,
  argv: readonly string[],
  options: {readonly cwd: string; readonly input?: string},
): Promise<void> {
  const env = {LC_ALL: 'C', TZ: 'UTC', ...runtime.env}
  const result = await runProgram(program, argv, {...options, env, ...place.account})
  if (result.code === 0 && !/^.*\b(FATAL|PANIC|ERROR):/m.test(result.stderr)) return
  const isFull = /No space left on device/.test(result.stderr)
  throw new MitraError(
    'notReady',
    isFull ? 'DISK_FULL' : 'POSTGRES_INIT',
    `Postgres could not be prepared: ${lastLine(result)}.`,
    {
      hints: [
        isFull ? 'Free some space and run the command again.' : 'mitra doctor looks for the cause.',
      ],
    },
  )
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

function fingerprint(password: string): string {
  return createHash('sha256').update(`mitra ${password}`).digest('hex').slice(0, 32)
}
