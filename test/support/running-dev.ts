import {execFileSync, spawn} from 'node:child_process'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {repositoryRoot} from './cli.js'

interface At {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly isOnTerminal?: boolean
}

const terminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'

/** `mitra dev` while it runs, and what it has said. */
export class RunningDev {
  stdout = ''
  stderr = ''
  readonly ended: Promise<number>
  readonly #child

  /** On a terminal both outputs are one, and Ctrl-C is typed. */
  constructor(argv: readonly string[], {cwd, env, isOnTerminal = false}: At) {
    const command = [process.execPath, join(repositoryRoot, 'bin/run.js'), 'dev', ...argv]
    const [program = '', ...words] = isOnTerminal
      ? ['python3', '-c', terminal, ...command]
      : command
    const {CI: _, ...own} = process.env
    this.#child = spawn(program, words, {cwd, env: {...own, ...env}})
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => resolve(code ?? (signal === null ? -1 : 128)))
    })
  }

  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  /** As a reader that ends. */
  closeOutput(): void {
    this.#child.stdout.destroy()
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Waits until its log holds the pattern; what it said is in the error when it does not come. */
  async says(pattern: RegExp, longestMs = 60_000): Promise<void> {
    const until = Date.now() + longestMs
    let isOver = false
    void this.ended.then(() => (isOver = true))
    while (!pattern.test(this.stdout)) {
      if (isOver || Date.now() > until) {
        throw new Error(`It did not say ${pattern}:\n${this.stdout}\n${this.stderr}`)
      }
      await sleep(50)
    }
  }

  async stop(): Promise<number> {
    this.signal('SIGINT')
    return this.ended
  }
}

/** The processes whose command line holds the text, as `ps` shows them. */
export function processesOf(text: string): readonly string[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,stat=,args='], {encoding: 'utf8'}).split('\n')
  return rows.filter((row) => row.includes(text) && !/^\s*\d+ Z/.test(row))
}
