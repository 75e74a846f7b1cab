import {spawn} from 'node:child_process'
import {closeSync, mkdirSync, openSync} from 'node:fs'
import {setPriority} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Background} from '../../ports/background.js'

/** A process of its own session: it outlives us, and what the terminal sends does not reach it. */
export class DetachedMitra implements Background {
  readonly #root: string
  readonly #logs: string

  constructor({root, logs}: {readonly root: string; readonly logs: string}) {
    this.#root = root
    this.#logs = logs
  }

  async start(argv: readonly string[]): Promise<void> {
    mkdirSync(this.#logs, {recursive: true, mode: 0o700})
    const log = openSync(join(this.#logs, 'background.log'), 'w', 0o600)
    const child = spawn(process.execPath, [...entry(), ...argv], {
      detached: true,
      cwd: '/',
      env: inherited(this.#root),
      stdio: ['ignore', log, log],
    })
    // It does not start: the log says so, and the next command starts it again.
    child.on('error', () => undefined)
    child.unref()
    closeSync(log)
    if (child.pid !== undefined) lowerPriority(child.pid)
  }
}

/** The built CLI, or its source where we are that. */
function entry(): readonly string[] {
  const bin = (name: string) => fileURLToPath(new URL(`../../../bin/${name}`, import.meta.url))
  return import.meta.url.endsWith('.ts') ? ['--import', 'tsx', bin('dev.js')] : [bin('run.js')]
}

/** The workspace is the one of the command; where a test wants it to die is not meant for this one. */
function inherited(root: string): NodeJS.ProcessEnv {
  const {MITRA_FAULT: _, ...rest} = process.env
  return {...rest, MITRA_WORKSPACE: root}
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, 10)
  } catch {
    // It may have ended already.
  }
}
