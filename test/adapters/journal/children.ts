import {spawn, type ChildProcess} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {repositoryRoot} from '../../support/cli.js'

export interface Ended {
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stderr: string
}

/** Starts a script of this folder in a process of its own. */
export function startScript(
  script: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): {readonly child: ChildProcess; readonly ended: Promise<Ended>} {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...argv], {
    cwd: repositoryRoot,
    env: {...process.env, ...env},
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({code: code ?? undefined, signal: signal ?? undefined, stderr}),
    )
  })
  return {child, ended}
}
