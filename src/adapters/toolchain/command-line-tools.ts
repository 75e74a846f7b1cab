import {access} from 'node:fs/promises'
import {MitraError} from '../../errors.js'
import type {DeveloperTools, DeveloperToolsState} from '../../ports/developer-tools.js'
import type {CommandLine} from '../../ports/packages.js'
import type {ToolPlatform} from '../../ports/toolchain.js'
import {lastLine, runProgram} from '../process/run.js'

const folder = '/Library/Developer/CommandLineTools'
// softwareupdate lists the Command Line Tools only while this file is there.
const placeholder = '/tmp/.com.apple.dt.CommandLineTools.installondemand.in-progress'

/** The Command Line Tools through Apple's own update service, without its window. */
export class CommandLineTools implements DeveloperTools {
  readonly wanted: string
  readonly #platform: ToolPlatform

  constructor(
    platform: ToolPlatform = process.platform === 'darwin' ? 'darwin' : 'linux',
    wanted: string = placeholder,
  ) {
    this.#platform = platform
    this.wanted = wanted
  }

  async state(): Promise<DeveloperToolsState> {
    if (this.#platform === 'linux') return {kind: 'there'}
    const selected = await runProgram('xcode-select', ['-p'], {timeoutMs: 5000}).catch(
      () => undefined,
    )
    if (selected?.code === 0) return {kind: 'there'}
    const isAsked = await access(this.wanted).then(
      () => true,
      () => false,
    )
    if (!isAsked) return {kind: 'unasked'}
    const {code, stdout} = await runProgram('softwareupdate', ['-l'], {timeoutMs: 300_000})
    const label = code === 0 ? newestLabel(stdout) : undefined
    return label === undefined ? {kind: 'notOffered'} : {kind: 'offered', label}
  }

  ask(): readonly CommandLine[] {
    return [['touch', this.wanted]]
  }

  install(label: string): readonly CommandLine[] {
    return [
      ['sudo', '-n', 'softwareupdate', '-i', label],
      ['sudo', '-n', 'xcode-select', '--switch', folder],
      ['rm', '-f', this.wanted],
    ]
  }

  async run([program, ...words]: CommandLine, onLine: (line: string) => void): Promise<void> {
    const result = await runProgram(program, words, {timeoutMs: 3_600_000, onLine})
    if (result.code === 0) return
    const hints = ['Or let Apple ask: xcode-select --install, then run this again.']
    throw new MitraError('failed', 'DEVELOPER_TOOLS', lastLine(result), {hints})
  }
}

/** `* Label: Command Line Tools for Xcode-16.4`; several releases may be listed. */
function newestLabel(text: string): string | undefined {
  const found = [...text.matchAll(/^\s*\* (?:Label: )?(Command Line Tools.*?)\s*$/gm)]
  const labels = found.map(([, label = '']) => label)
  return labels
    .toSorted((a, b) => versionOf(a).localeCompare(versionOf(b), 'en', {numeric: true}))
    .at(-1)
}

function versionOf(label: string): string {
  return /[\d.]+$/.exec(label)?.[0] ?? ''
}
