import {spawn} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'
import {cacheFolder} from '../../src/adapters/runtimes/cache.js'
import type {Diagnosis} from '../../src/features/doctor/diagnose.js'
import {mitra, repositoryRoot} from './cli.js'
import {schemaProblem} from './run.js'

/** What a fault changes besides files and processes. */
export interface Surrounding {
  /** Over the healthy ones. */
  readonly env?: Readonly<Record<string, string>>
  /** How a shell starts the doctor, which is `"$@"`. */
  readonly shell?: string
  /** Where it is started, if not in the workspace. */
  readonly cwd?: string
}

const portNames = ['NGINX', 'POSTGRES', 'REDIS', 'OBJECT_STORE', 'OBJECT_STORE_CONSOLE', 'BACKEND']
// Found before HOME is another.
const programs = cacheFolder()
const hungMs = 60_000

export interface Examination extends Diagnosis {
  readonly exitCode: number | null
  /** From the start of the process to its end. */
  readonly wallMs: number
}

/** A whole workspace of the native engine, with services and tenants, to be made sick and well again. */
export class SickWorkspace {
  readonly folder: string
  readonly state: string
  /** For what a fault needs besides the workspace. */
  readonly scratch = mkdtempSync(join(tmpdir(), 'mitra-scratch-'))
  readonly #firstPort: number

  constructor(firstPort: number, folder = mkdtempSync(join(tmpdir(), 'mitra-sick-'))) {
    this.folder = folder
    this.state = join(folder, '.mitra')
    this.#firstPort = firstPort
    mkdirSync(join(this.scratch, 'home'))
  }

  get env(): Readonly<Record<string, string>> {
    const ports = portNames.map((name, at) => [`MITRA_PORTS_${name}`, `${this.#firstPort + at}`])
    return {
      ...Object.fromEntries(ports),
      MITRA_ENGINE: 'native',
      MITRA_CACHE_DIR: programs,
      HOME: join(this.scratch, 'home'),
      LC_ALL: 'C.UTF-8',
    }
  }

  port(name: 'nginx' | 'postgres' | 'redis' | 'object_store' | 'backend'): number {
    return this.#firstPort + portNames.indexOf(name.toUpperCase())
  }

  /** The same workspace in another folder: the same services and data, files of its own. */
  copy(folder = mkdtempSync(join(tmpdir(), 'mitra-copy-'))): SickWorkspace {
    const isData = (path: string) => /^\.mitra\/(data|logs)/.test(relative(this.folder, path))
    cpSync(this.folder, folder, {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !isData(path),
    })
    return new SickWorkspace(this.#firstPort, folder)
  }

  /** A command that has to succeed. */
  async mitra(...argv: string[]): Promise<string> {
    const {code, stdout, stderr} = await mitra(argv, {cwd: this.folder, env: this.env})
    if (code !== 0) throw new Error(`mitra ${argv.join(' ')} ended with ${code}: ${stderr}`)
    return stdout
  }

  /** The built doctor, as a person's shell starts it. */
  async examine(
    {env = {}, shell = 'exec "$@"', cwd = this.folder}: Surrounding = {},
    ...flags: string[]
  ): Promise<Examination> {
    const argv = [process.execPath, join(repositoryRoot, 'bin/run.js'), 'doctor', ...flags]
    const from = performance.now()
    const child = spawn('/bin/sh', ['-c', shell, 'sh', ...argv, '--json'], {
      cwd,
      env: {PATH: process.env['PATH'] ?? '', ...this.env, ...env},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const hung = setTimeout(() => child.kill('SIGKILL'), hungMs)
    const out: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    const exitCode = await new Promise<number | null>((resolve) => {
      child.on('close', resolve)
    })
    clearTimeout(hung)
    const diagnosis: Diagnosis = JSON.parse(Buffer.concat(out).toString())
    const problem = schemaProblem('doctor', diagnosis)
    if (problem !== undefined) throw new Error(`schemas/doctor.json: ${problem}`)
    return {...diagnosis, exitCode, wallMs: performance.now() - from}
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Writes a file until the fault is over. */
  writing(name: string, text: string, mode = 0o644): () => void {
    const path = this.path(name)
    const before = readIfAny(path)
    writeFileSync(path, text, {mode})
    return () => (before === undefined ? rmSync(path, {force: true}) : writeFileSync(path, before))
  }

  secrets(): Record<string, string> {
    return JSON.parse(readFileSync(join(this.state, 'secrets.json'), 'utf8'))
  }

  /** Changes passwords in the file, and in it alone. */
  withSecrets(change: (values: Record<string, string>) => void): () => void {
    const values = this.secrets()
    change(values)
    return this.writing('.mitra/secrets.json', JSON.stringify(values))
  }

  /** Leaves the services alone: a copy is thrown away. */
  forget(): void {
    rmSync(this.folder, {recursive: true, force: true})
    rmSync(this.scratch, {recursive: true, force: true})
  }

  /** Stops the services and leaves nothing on the machine. */
  async leave(): Promise<void> {
    await this.mitra('down')
    const identity: {id: string} = JSON.parse(
      readFileSync(join(this.state, 'workspace.json'), 'utf8'),
    )
    rmSync(join('/var/lib/mitra', identity.id), {recursive: true, force: true})
    this.forget()
  }
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
