import {execFile} from 'node:child_process'
import {chmod, mkdir, readFile, readdir, realpath, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {oddFolder, repositoryRoot, type CliResult} from './cli.js'
import {checkedJson} from './run.js'

/** What the recorded Mac consists of; a test changes what it is about. */
export interface MacState {
  macos: string
  isAppleSilicon: boolean
  memoryBytes: number
  prefix: string
  isBrewBroken: boolean
  hasDeveloperTools: boolean
  /** What Apple's update service has. */
  labels: readonly string[]
  /** The person knows a password that sudo takes. */
  canSudo: boolean
  formulae: Readonly<Record<string, string>>
  casks: Readonly<Record<string, string>>
  extensions: readonly string[]
  /** By name of a package: what is said instead of installing it. */
  faults: Readonly<Record<string, readonly string[]>>
}

const fresh: MacState = {
  macos: '15.6.1',
  isAppleSilicon: true,
  memoryBytes: 17_179_869_184,
  prefix: '/opt/homebrew',
  isBrewBroken: false,
  hasDeveloperTools: true,
  labels: [],
  canSudo: true,
  formulae: {'ca-certificates': '2025-08-12'},
  casks: {},
  extensions: [],
  faults: {},
}

/** What the tests read of the result. */
interface SetupJson {
  readonly plan: readonly {
    readonly id: string
    readonly detail: {readonly commands: readonly (readonly string[])[]; readonly files: string[]}
  }[]
  readonly followUps: readonly {readonly tool: string; readonly todo: string}[]
  readonly shortages: readonly {readonly part: string}[]
}

/** Programs that only look. */
const looks =
  /^(brew (--prefix|list|info|deps|uses)|sysctl|sw_vers|xcode-select -p$|softwareupdate -l$|sudo -n true$|code --(version|list-extensions)$)/

const own = ['env', 'sudo', 'sw_vers', 'sysctl', 'touch', 'rm', 'xcode-select', 'softwareupdate']
const support = join(repositoryRoot, 'test/support/recorded-mac')

/** A Mac of recorded programs, a home and a workspace. */
export class RecordedMac {
  readonly #place: string
  readonly workspace: string

  private constructor(place: string) {
    this.#place = place
    this.workspace = join(place, 'work')
  }

  static async open(changes: Partial<MacState> = {}): Promise<RecordedMac> {
    const place = await realpath(await oddFolder())
    const mac = new RecordedMac(place)
    for (const folder of ['bin', 'homebrew/bin', 'home', 'work']) {
      await mkdir(join(place, folder), {recursive: true})
    }
    await writeFile(join(place, 'state.json'), JSON.stringify({...fresh, ...changes}))
    for (const name of own) await mac.#record(join('bin', name), name)
    await mac.#record('homebrew/bin/brew', 'brew')
    // Comes with the cask of Visual Studio Code.
    await mac.#record('code.sh', 'code')
    return mac
  }

  async close(): Promise<void> {
    await rm(this.#place, {recursive: true, force: true})
  }

  /** Runs the built `mitra setup` on it. */
  setup(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    return this.#run([process.execPath, join(support, 'cli.mjs'), ...argv], env)
  }

  /** The same on a terminal of its own: both outputs are one. */
  setupOnTerminal(argv: readonly string[]): Promise<CliResult> {
    const words = [process.execPath, join(support, 'cli.mjs'), ...argv]
    const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    return this.#run(['/usr/bin/script', '-qec', quoted, '/dev/null'], {SHELL: '/bin/sh'})
  }

  #run(
    [program = '', ...words]: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<CliResult> {
    const PATH = [join(this.#place, 'bin'), join(this.#place, 'homebrew/bin')].join(':')
    const options = {cwd: this.workspace, env: {PATH, HOME: join(this.#place, 'home'), ...env}}
    return new Promise((resolve) => {
      execFile(program, words, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code)
        const signal = error?.signal ?? undefined
        resolve({code: Number.isNaN(code) ? undefined : code, signal, stdout, stderr})
      })
    })
  }

  /** The same with `--json`, by its schema. */
  async setupJson(argv: readonly string[]): Promise<SetupJson> {
    const {stdout, stderr} = await this.setup([...argv, '--json'])
    if (stdout === '') throw new Error(stderr)
    // It holds the schema of setup.
    return checkedJson(stdout, 'setup') as SetupJson
  }

  /** The commands since the last call that do more than look. */
  async changes(): Promise<readonly (readonly string[])[]> {
    return (await this.takeCommands()).filter((words) => !looks.test(words.join(' ')))
  }

  /** A toolchain of the workspace's own. */
  async want(toolchain: string): Promise<void> {
    await writeFile(join(this.workspace, 'toolchain.yml'), toolchain)
  }

  wantGitOnly(least = 'memoryGb: 1, diskGb: 1'): Promise<void> {
    return this.want(`machine: {${least}, macos: '12'}
tools:
  - id: git
    title: Git
    profiles: [backend]
    detect: {programs: [git], arguments: [--version], pattern: 'git version ([0-9.]+)'}
    brew: {formula: git, sizeMb: 1, minutes: 1}
`)
  }

  /** Every program that was run since the last call, in order. */
  async takeCommands(): Promise<readonly (readonly string[])[]> {
    const log = join(this.#place, 'commands.log')
    const text = await readFile(log, 'utf8').catch(() => '')
    await rm(log, {force: true})
    const lines = text.split('\n').filter((line) => line !== '')
    return lines.map((line): readonly string[] => JSON.parse(line))
  }

  async state(): Promise<MacState> {
    const state: MacState = JSON.parse(await readFile(join(this.#place, 'state.json'), 'utf8'))
    return state
  }

  async change(changes: Partial<MacState>): Promise<void> {
    const state = {...(await this.state()), ...changes}
    await writeFile(join(this.#place, 'state.json'), JSON.stringify(state))
  }

  /** A program of the Mac's own that states a version, before Homebrew's on PATH. */
  async addProgram(name: string, output: string): Promise<void> {
    const path = join(this.#place, 'bin', name)
    await writeFile(path, `#!/bin/sh\necho '${output}'\n`)
    await chmod(path, 0o755)
  }

  async removeBrew(): Promise<void> {
    await rm(join(this.#place, 'homebrew/bin/brew'))
  }

  /** sudo took a password a moment ago. */
  async knowPassword(): Promise<void> {
    await writeFile(join(this.#place, 'ticket'), '')
  }

  async addApplication(name: string): Promise<void> {
    await mkdir(join(this.#place, 'home/Applications', name), {recursive: true})
  }

  /** Files that mitra keeps to itself. */
  async stateFiles(): Promise<readonly string[]> {
    return readdir(join(this.workspace, '.mitra'))
  }

  /** Files of the workspace that a person sees. */
  async files(): Promise<readonly string[]> {
    const names = await readdir(this.workspace)
    return names.filter((name) => name !== '.mitra').toSorted()
  }

  async #record(path: string, name: string): Promise<void> {
    const full = join(this.#place, path)
    const words = [process.execPath, join(support, 'program.mjs'), this.#place, name]
    const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    await writeFile(full, `#!/bin/sh\nexec ${quoted} "$@"\n`)
    await chmod(full, 0o755)
  }
}
