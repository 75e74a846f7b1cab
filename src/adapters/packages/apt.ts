import {readFile} from 'node:fs/promises'
import {MitraError} from '../../errors.js'
import type {CommandLine, PackageCommands, PackageEffect, Packages} from '../../ports/packages.js'
import {lastLine, runProgram, type RunResult} from '../process/run.js'

// Another apt may be at work, as unattended upgrades are in the first minutes of a machine.
const lockOption = ['-o', 'DPkg::Lock::Timeout=120']
const installOptions = ['--no-install-recommends']
const inEnglish = {env: {LC_ALL: 'C'}, timeoutMs: 60_000}

/** The command lines of apt, for root or through sudo without a question. */
export function aptCommands(isRoot: boolean): PackageCommands {
  // As words of `env`: sudo hands no variables on.
  const asRoot = (...words: readonly string[]): CommandLine => {
    const own: CommandLine = ['env', 'DEBIAN_FRONTEND=noninteractive', ...words]
    return isRoot ? own : ['sudo', '-n', ...own]
  }
  return {
    // The second brings what the first cannot do without: a full disk leaves packages without others.
    repair: () => [
      asRoot('dpkg', '--configure', '-a'),
      asRoot('apt-get', 'install', '-y', '--fix-broken', ...installOptions, ...lockOption),
    ],
    // Without the option it ends with 0 when it got nothing.
    refresh: () => asRoot('apt-get', 'update', '-o', 'APT::Update::Error-Mode=any', ...lockOption),
    install: (names: readonly string[]) =>
      asRoot('apt-get', 'install', '-y', ...installOptions, ...lockOption, ...names),
    // What nothing needs any more may be a person's: it stays.
    purge: (names) => [
      asRoot(
        'apt-get',
        'purge',
        '-y',
        '-o',
        'APT::Get::AutomaticRemove=false',
        ...lockOption,
        ...names,
      ),
    ],
    removeGroups: (names) => names.map((name) => asRoot('groupdel', name)),
  }
}

/** Packages of Debian, Ubuntu and WSL. */
export class AptPackages implements Packages {
  readonly manager = 'apt'
  readonly commands: PackageCommands
  readonly needsPassword: boolean

  constructor(isRoot: boolean = process.getuid?.() === 0) {
    this.commands = aptCommands(isRoot)
    this.needsPassword = !isRoot
  }

  async absence() {
    const found = ['apt-get', 'dpkg-query'].map((name) => answers(name, ['--version']))
    return (await Promise.all(found)).every(Boolean) ? undefined : {todo: undefined}
  }

  async refuseWithoutRights(): Promise<void> {
    if (!this.needsPassword || (await answers('sudo', ['-n', 'true']))) return
    const message = 'Installing packages needs root, and sudo would ask for a password.'
    const hints = ['Run sudo -v, then the same command again.', 'Or run it as root.']
    throw new MitraError('refused', 'NEEDS_PASSWORD', message, {hints})
  }

  async installed(): Promise<readonly string[]> {
    const format = '${db:Status-Status} ${Package}\\n'
    const {stdout} = await mustAnswer('dpkg-query', ['-W', '-f', format])
    return installedIn(stdout)
  }

  async groups(names: readonly string[]) {
    const lines = (await readFile('/etc/group', 'utf8')).split('\n').map((line) => line.split(':'))
    const found = lines.flatMap(([name = '', , , members = '']) =>
      names.includes(name) ? [[name, {isUsed: members !== ''}] as const] : [],
    )
    return new Map(found)
  }

  async isInterrupted(): Promise<boolean> {
    return (await mustAnswer('dpkg', ['--audit'])).stdout.trim() !== ''
  }

  async candidates(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (names.length === 0) return new Map()
    return candidatesIn((await mustAnswer('apt-cache', ['policy', ...names])).stdout)
  }

  async effectOf(names: readonly string[]): Promise<PackageEffect | undefined> {
    const words = ['--simulate', 'install', ...installOptions, ...names]
    const {code, stdout} = await runProgram('apt-get', words, inEnglish)
    return code === 0 ? effectIn(stdout) : undefined
  }

  async purgedWith(names: readonly string[]): Promise<readonly string[]> {
    const {stdout} = await mustAnswer('apt-get', ['--simulate', 'purge', ...names])
    return [...stdout.matchAll(/^(?:Purg|Remv) ([^\s:]+)/gm)].map(([, name = '']) => name)
  }

  async run([program, ...words]: CommandLine, onLine: (line: string) => void): Promise<void> {
    const result = await runProgram(program, words, {...inEnglish, timeoutMs: 1_800_000, onLine})
    if (result.code === 0) return
    const said = errorIn(result) ?? lastLine(result)
    throw new MitraError('failed', 'PACKAGES', said, {hints: fixesOf(said)})
  }
}

function installedIn(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.split(' '))
  const present = lines.filter(([state]) => state !== 'not-installed' && state !== 'config-files')
  return [...new Set(present.flatMap(([, name]) => (name === undefined ? [] : [name])))].toSorted()
}

function candidatesIn(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (\S+)$/gm)]
  const known = found.filter(([, , version]) => version !== '(none)')
  return new Map(known.map(([, name = '', version = '']) => [name, version]))
}

/** A package that is there already has its old version in brackets behind its name. */
function effectIn(text: string): PackageEffect {
  const lines = [...text.matchAll(/^Inst ([^\s:]+)\S* ([[(])/gm)]
  const names = (sign: string) =>
    lines.flatMap(([, name = '', opening]) => (opening === sign ? [name] : []))
  return {added: names('('), upgraded: names('[')}
}

/** The first complaint is the cause; of dpkg apt only says that it failed, and dpkg says why on stdout. */
function errorIn({stdout, stderr}: RunResult): string | undefined {
  const said = /^(?:E|dpkg: error[^:]*): (.+)$/m.exec(stderr)?.[1]
  if (said !== undefined && !said.startsWith('Sub-process')) return said
  const cause = /^dpkg: (?:unrecoverable fatal )?error(?:[^\n]*:\n (.+)|[^:\n]*: (.+))$/m
  const [, below, beside] = cause.exec(stdout) ?? []
  return below ?? beside ?? said
}

const fixes: readonly (readonly [RegExp, string])[] = [
  [
    /no space left|not enough free|don't have enough/i,
    'Free some disk space; apt-get clean helps.',
  ],
  [/could not get lock/i, 'Another apt is at work: wait until it is done, then run this again.'],
  [
    /failed to fetch|temporary failure|could not (resolve|connect)/i,
    'Is there a network, and is the proxy right? Then run this again.',
  ],
  [
    /unable to locate|no installation candidate|couldn't find any/i,
    'Is the name right? apt-cache search finds names.',
  ],
  [
    /certificate/i,
    'A proxy with a certificate of its own? Put that into /usr/local/share/ca-certificates and run update-ca-certificates.',
  ],
  [/dpkg was interrupted/i, 'Run this again: it repairs dpkg first.'],
]

function fixesOf(said: string): readonly string[] {
  const known = fixes.filter(([pattern]) => pattern.test(said)).map(([, fix]) => fix)
  return known.length > 0 ? known : ['Run this again once the cause is gone.']
}

async function mustAnswer(program: string, words: readonly string[]) {
  const result = await runProgram(program, words, inEnglish)
  if (result.code === 0) return result
  const message = `${program} ${words[0] ?? ''} failed: ${lastLine(result)}`
  throw new MitraError('failed', 'PACKAGES', message, {hints: ['Run it by hand to see why.']})
}

async function answers(program: string, words: readonly string[]): Promise<boolean> {
  const result = await runProgram(program, words, inEnglish).catch(() => undefined)
  return result?.code === 0
}
