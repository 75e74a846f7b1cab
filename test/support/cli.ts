import {spawn} from 'node:child_process'
import {mkdtemp, realpath} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url))

export interface CliResult {
  /** The exit code; undefined when a signal ended it. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
}

interface CliOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Called with the running process, for tests that kill it. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void
  readonly stdin?: string
  readonly timeoutMs?: number
}

/** Runs the built CLI as a user would: another process, no terminal. */
export function mitra(
  argv: readonly string[],
  {cwd, env = {}, onStart, stdin, timeoutMs = 300_000}: CliOptions,
): Promise<CliResult> {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/run.js'), ...argv], {
    cwd,
    env: {...cleanEnvironment(), ...env},
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(stdin ?? '')
  onStart?.(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({
        code: code ?? undefined,
        signal: signal ?? undefined,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      })
    })
  })
}

/** The same with `--json`, parsed; the text is in the error when it is not one document. */
export async function mitraJson<T>(argv: readonly string[], options: CliOptions): Promise<T> {
  const result = await mitra([...argv, '--json'], options)
  try {
    const parsed: T = JSON.parse(result.stdout)
    return parsed
  } catch (cause) {
    throw new Error(`mitra ${argv.join(' ')} printed no JSON: ${JSON.stringify(result)}`, {cause})
  }
}

/** Settings of the person who runs the tests must not leak in. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('MITRA_') || name === 'MITRA_CACHE_DIR',
  )
  return Object.fromEntries(kept)
}

/** An empty folder with a space and letters of three scripts in its name. */
export async function oddFolder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'mitra मित्र żółw ')))
}
