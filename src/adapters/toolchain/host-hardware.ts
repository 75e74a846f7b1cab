import {statfs} from 'node:fs/promises'
import {arch, homedir, totalmem} from 'node:os'
import type {Hardware, HardwareFacts} from '../../ports/hardware.js'
import type {ToolPlatform} from '../../ports/toolchain.js'
import {runProgram} from '../process/run.js'

/** The hardware of this machine. */
export class HostHardware implements Hardware {
  readonly #platform: ToolPlatform

  constructor(platform: ToolPlatform = process.platform === 'darwin' ? 'darwin' : 'linux') {
    this.#platform = platform
  }

  async facts(): Promise<HardwareFacts> {
    const {blocks, bsize} = await statfs(homedir())
    const here = {diskBytes: blocks * bsize, memoryBytes: totalmem()}
    if (this.#platform === 'linux') return {...here, architecture: arch(), macos: undefined}
    const [macos, memory, isApple] = await Promise.all([
      answerOf('sw_vers', ['-productVersion']),
      answerOf('sysctl', ['-n', 'hw.memsize']),
      // Under Rosetta a program is told that the processor is Intel's.
      answerOf('sysctl', ['-n', 'hw.optional.arm64']),
    ])
    const memoryBytes = memory === undefined ? here.memoryBytes : Number(memory)
    return {...here, memoryBytes, architecture: isApple === '1' ? 'arm64' : arch(), macos}
  }
}

async function answerOf(program: string, words: readonly string[]): Promise<string | undefined> {
  const result = await runProgram(program, words, {timeoutMs: 5000}).catch(() => undefined)
  return result?.code === 0 ? result.stdout.trim() : undefined
}
