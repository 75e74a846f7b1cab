import {access} from 'node:fs/promises'
import {constants} from 'node:fs'
import {delimiter, join} from 'node:path'
import {MitraError} from '../../errors.js'
import type {
  CommandLine,
  InstallSource,
  PackageCommands,
  PackageEffect,
  Packages,
  PackagesAbsence,
} from '../../ports/packages.js'
import {lastLine, runProgram, type RunResult} from '../process/run.js'
import {brewFixes} from './brew-fixes.js'
import {brewVersions} from './brew-versions.js'

const places = ['/opt/homebrew/bin/brew', '/usr/local/bin/brew']
const intelPrefix = '/usr/local'
// What is asked for and nothing beside: no update of Homebrew itself, nothing cleaned up or taken along.
const quiet = [
  'HOMEBREW_NO_AUTO_UPDATE=1',
  'HOMEBREW_NO_INSTALL_CLEANUP=1',
  'HOMEBREW_NO_AUTOREMOVE=1',
  'HOMEBREW_NO_ENV_HINTS=1',
]
const asking = {env: Object.fromEntries(quiet.map((one) => one.split('='))), timeoutMs: 120_000}

/** The command lines of Homebrew. */
export function brewCommands(brew: string): PackageCommands {
  const words = (...given: readonly string[]): CommandLine => ['env', ...quiet, brew, ...given]
  return {
    repair: () => [],
    refresh: () => words('update'),
    install: (_, {manifest, isUpgrade}: InstallSource) =>
      words('bundle', 'install', isUpgrade ? '--upgrade' : '--no-upgrade', `--file=${manifest}`),
    removeGroups: () => [],
    purge(names) {
      const {formulae, casks} = byKind(names)
      return [
        ...(casks.length === 0 ? [] : [words('uninstall', '--cask', ...casks)]),
        ...(formulae.length === 0 ? [] : [words('uninstall', '--formula', ...formulae)]),
      ]
    },
  }
}

/** Formulae and casks of Homebrew; a cask's name begins with `cask/`. */
export class BrewPackages implements Packages {
  readonly manager = 'brew'
  readonly commands: PackageCommands
  // brew refuses root and asks for nothing itself: what would need a password is not asked of it.
  readonly needsPassword = false
  readonly #brew: string
  readonly #absence: PackagesAbsence | undefined
  #installed: Promise<readonly string[]> | undefined

  constructor({brew, absence}: FoundBrew) {
    this.#brew = brew
    this.#absence = absence
    this.commands = brewCommands(brew)
  }

  async absence() {
    return this.#absence
  }

  async refuseWithoutRights(): Promise<void> {
    // Homebrew belongs to the person who installed it; what is not theirs it says itself.
  }

  /** brew takes half a second for an answer: it is asked again only after a change. */
  installed(): Promise<readonly string[]> {
    this.#installed ??= this.#readInstalled()
    return this.#installed
  }

  async #readInstalled(): Promise<readonly string[]> {
    const [formulae, casks] = await Promise.all([
      this.#mustAnswer(['list', '--formula', '-1']),
      this.#mustAnswer(['list', '--cask', '-1']),
    ])
    return [...namesIn(formulae), ...namesIn(casks).map((name) => `cask/${name}`)].toSorted()
  }

  // Homebrew makes no accounts.
  async groups() {
    return new Map<string, {readonly isUsed: boolean}>()
  }

  async isInterrupted(): Promise<boolean> {
    return false
  }

  async candidates(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const asked = names.map(async (name) => {
      const {code, stdout} = await this.#ask(['info', '--json=v2', ...asWords(name)])
      return code === 0 ? brewVersions(stdout).map((version) => [name, version] as const) : []
    })
    return new Map((await Promise.all(asked)).flat())
  }

  async effectOf(names: readonly string[]): Promise<PackageEffect | undefined> {
    const there = new Set(await this.installed())
    const {formulae} = byKind(names)
    const asked = formulae.map((name) => this.#ask(['deps', '--formula', name]))
    const answers = await Promise.all(asked)
    if (answers.some(({code}) => code !== 0)) return undefined
    const all = [...answers.flatMap(namesIn), ...names.map(shortName)]
    const added = [...new Set(all)].filter((name) => !there.has(name))
    return {added, upgraded: names.map(shortName).filter((name) => there.has(name))}
  }

  async purgedWith(names: readonly string[]): Promise<readonly string[]> {
    const {formulae} = byKind(names)
    const asked = formulae.map((name) => this.#mustAnswer(['uses', '--installed', name]))
    return [...new Set([...names, ...(await Promise.all(asked)).flatMap(namesIn)])]
  }

  async run([program, ...words]: CommandLine, onLine: (line: string) => void): Promise<void> {
    const result = await runProgram(program, words, {timeoutMs: 3_600_000, onLine})
    this.#installed = undefined
    if (result.code === 0) return
    const said = /^Error: (.+)$/m.exec(result.stderr)?.[1] ?? lastLine(result)
    throw new MitraError('failed', 'PACKAGES', said, {hints: brewFixes(result.stderr)})
  }

  #ask(words: readonly string[]): Promise<RunResult> {
    return runProgram(this.#brew, words, asking)
  }

  async #mustAnswer(words: readonly string[]): Promise<RunResult> {
    const result = await this.#ask(words)
    if (result.code === 0) return result
    const message = `brew ${words.join(' ')} failed: ${lastLine(result)}`
    throw new MitraError('failed', 'PACKAGES', message, {hints: brewFixes(result.stderr)})
  }
}

interface FoundBrew {
  readonly brew: string
  readonly absence: PackagesAbsence | undefined
}

const install = 'Install Homebrew as its own site says, then run this again.'

/** The Homebrew that fits the processor, wherever PATH has another. */
export async function openBrew(): Promise<BrewPackages> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  const paths = [...new Set([...onPath.map((folder) => join(folder, 'brew')), ...places])]
  const there = await Promise.all(paths.map(isProgram))
  const found = paths.filter((_, at) => there[at])
  const [first] = found
  if (first === undefined) return new BrewPackages({brew: 'brew', absence: {todo: install}})
  const isApple = await hasAppleSilicon()
  const answers = await Promise.all(found.map(prefixOf))
  const prefixes = answers.map(({prefix}) => prefix)
  const fitting = found.find((_, at) => {
    const prefix = prefixes[at]
    return prefix !== undefined && !(isApple && prefix === intelPrefix)
  })
  if (fitting !== undefined) return new BrewPackages({brew: fitting, absence: undefined})
  const todo = prefixes.every((prefix) => prefix === undefined)
    ? `${first} does not run, it may be half installed: ${answers[0]?.said ?? ''} ${install}`
    : `${first} is Homebrew for Intel and this Mac has Apple silicon: it would run everything through Rosetta. ${install}`
  return new BrewPackages({brew: first, absence: {todo}})
}

/** Also under Rosetta, where `uname -m` says x86_64. */
async function hasAppleSilicon(): Promise<boolean> {
  const words = ['-n', 'hw.optional.arm64']
  const result = await runProgram('sysctl', words, {timeoutMs: 5000}).catch(() => undefined)
  return result?.code === 0 && result.stdout.trim() === '1'
}

async function prefixOf(brew: string) {
  const result = await runProgram(brew, ['--prefix'], asking).catch(() => undefined)
  const said = result === undefined ? 'it does not start.' : lastLine(result)
  return {prefix: result?.code === 0 ? result.stdout.trim() : undefined, said}
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function byKind(names: readonly string[]) {
  return {
    formulae: names.filter((name) => !name.startsWith('cask/')),
    casks: names.filter((name) => name.startsWith('cask/')).map((name) => name.slice(5)),
  }
}

function asWords(name: string): readonly string[] {
  return name.startsWith('cask/') ? ['--cask', name.slice(5)] : ['--formula', name]
}

/** `brew list` has no tap before a name. */
function shortName(name: string): string {
  return name.startsWith('cask/') ? name : (name.split('/').at(-1) ?? name)
}

function namesIn({stdout}: RunResult): readonly string[] {
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
