import {execFile, spawn, type ChildProcess} from 'node:child_process'
import {existsSync} from 'node:fs'
import {chmod, mkdtemp, readFile, rm} from 'node:fs/promises'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {repositoryRoot, type CliResult} from './cli.js'
import {requirement} from './requirements.js'

const execute = promisify(execFile)
const script = join(repositoryRoot, 'scripts/ci/clean-machine.sh')

export const canMakeMachines = await requirement(
  'root, overlayfs and what scripts/ci/clean-machine.sh get brings',
  async () => {
    if (process.getuid?.() !== 0) return false
    const {MITRA_CI_CACHE, XDG_CACHE_HOME} = process.env
    const cache = MITRA_CI_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mitra-ci')
    const programs = [execute('strace', ['-V']), execute('nsenter', ['-V'])]
    const isThere = await Promise.all(programs).then(
      () => true,
      () => false,
    )
    const systems = await readFile('/proc/filesystems', 'utf8')
    return isThere && systems.includes('overlay') && existsSync(join(cache, 'bookworm-base.tar'))
  },
)

/** A clean Debian with Node, npm and mitra in a folder of its own; machines are layers over it. */
export async function makeDebian(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mitra-debian-'))
  await chmod(folder, 0o755)
  await execute(script, ['make', join(folder, 'base')], {maxBuffer: 1e8})
  return folder
}

interface MachineOptions {
  /** Without: as much as the disk has. */
  readonly diskMb?: number
  readonly isOffline?: boolean
}

interface MachineRun {
  readonly user?: 'root' | 'asha' | 'ravi'
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  /** Programs that the command is started by, outside of the machine: `strace -f`. */
  readonly under?: readonly string[]
}

// The first process of the machine: all of it ends and is unmounted with this one, and this one ends
// when whoever holds its standard input does. A shell takes in orphans.
const firstProcess = `
  base="$1" layers="$2" disk="$3"
  mount --make-rprivate /
  mount -t tmpfs $disk tmpfs "$layers"
  mkdir "$layers/up" "$layers/work" "$layers/root"
  root="$layers/root"
  mount -t overlay overlay -o "lowerdir=$base,upperdir=$layers/up,workdir=$layers/work" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/run"
  ! command -v ip > /dev/null || ip link set lo up
  echo ready
  cat > /dev/null`

/** One machine: a fresh layer over the clean Debian, its own processes and mounts. */
export class CleanMachine {
  readonly #layers: string
  readonly #outer: ChildProcess
  readonly #first: number

  private constructor(layers: string, outer: ChildProcess, first: number) {
    this.#layers = layers
    this.#outer = outer
    this.#first = first
  }

  static async open(debian: string, options: MachineOptions = {}): Promise<CleanMachine> {
    const layers = await mkdtemp(join(debian, 'machine-'))
    const disk = `-o size=${options.diskMb ?? 6000}m`
    const network = options.isOffline === true ? ['--net'] : []
    const spaces = [...network, '--mount', '--pid', '--fork', '--kill-child']
    const argv = [...spaces, 'sh', '-ec', firstProcess, 'sh', join(debian, 'base'), layers, disk]
    const outer = spawn('unshare', argv, {stdio: ['pipe', 'pipe', 'inherit']})
    await new Promise<void>((resolve, reject) => {
      outer.stdout.once('data', () => {
        resolve()
      })
      outer.once('close', () => {
        reject(new Error('the machine did not come up'))
      })
    })
    const children = await readFile(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8')
    return new CleanMachine(layers, outer, Number(children.trim()))
  }

  /** Runs a program in it as a person would: a login's variables, this machine's proxies. */
  run(argv: readonly string[], options: MachineRun = {}): Promise<CliResult> {
    const {user = 'root', cwd = '/', under = [], timeoutMs = 400_000} = options
    const variables = Object.entries({...environmentOf(user), ...options.env})
    const enter = ['nsenter', '--target', String(this.#first), '--mount', '--pid']
    const root = ['chroot', `--userspec=${user}:${user}`, join(this.#layers, 'root')]
    const place = ['env', '-i', `--chdir=${cwd}`]
    const settings = variables.map(([name, value]) => `${name}=${value}`)
    const words = [...under, ...enter, ...root, ...place, ...settings, ...argv]
    return resultOf(words, timeoutMs)
  }

  mitra(argv: readonly string[], options: MachineRun = {}): Promise<CliResult> {
    return this.run(['mitra', ...argv], options)
  }

  /** As one document; the whole result is in the error when it is not one. */
  async json<T>(argv: readonly string[], options: MachineRun = {}): Promise<T> {
    const result = await this.mitra([...argv, '--json'], options)
    try {
      const parsed: T = JSON.parse(result.stdout)
      return parsed
    } catch (cause) {
      throw new Error(`mitra ${argv.join(' ')}: ${JSON.stringify(result)}`, {cause})
    }
  }

  /** Runs a script of the shell; throws when it fails. */
  async shell(text: string, options: MachineRun = {}): Promise<string> {
    const result = await this.run(['sh', '-ec', text], options)
    if (result.code === 0) return result.stdout
    throw new Error(`${text}: ${JSON.stringify(result)}`)
  }

  /** Name, version and state of every package. */
  async packages(): Promise<readonly string[]> {
    const text = await this.shell("dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\\n'")
    return text.split('\n').filter(Boolean).toSorted()
  }

  /** Every file with mode, owner and checksum, every folder and link, but for what is named. */
  async files(left: readonly string[]): Promise<readonly string[]> {
    const skipped = left.map((path) => `-path '${path}'`).join(' -o ')
    const text = await this.shell(
      `find / -xdev \\( ${skipped} \\) -prune -o -printf '%p %m %U:%G %l\\n' -type f -exec sha256sum {} +`,
    )
    return text.split('\n').filter(Boolean).toSorted()
  }

  /** Ends all of its processes; its layer is gone with them. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#outer.once('close', resolve))
    this.#outer.kill('SIGKILL')
    await ended
    await rm(this.#layers, {recursive: true, force: true})
  }
}

/** The machine's own proxies and certificates are what a person there would have set. */
function environmentOf(user: string): Readonly<Record<string, string>> {
  const passedOn = /^((https?|no)_proxy|(SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|PIP_CERT))$/i
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    passedOn.test(name) && value !== undefined ? [[name, value] as const] : [],
  )
  const home = user === 'root' ? '/root' : `/home/${user}`
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  return {...Object.fromEntries(own), PATH: path, HOME: home, USER: user, LANG: 'C.UTF-8'}
}

function resultOf(
  [program = '', ...argv]: readonly string[],
  timeoutMs: number,
): Promise<CliResult> {
  const child = spawn(program, argv, {stdio: ['ignore', 'pipe', 'pipe']})
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const [stdout, stderr] = [out, err].map((parts) => Buffer.concat(parts).toString())
      resolve({
        code: code ?? undefined,
        signal: signal ?? undefined,
        stdout: stdout ?? '',
        stderr: stderr ?? '',
      })
    })
  })
}
