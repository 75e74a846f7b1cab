import {spawn, type ChildProcess} from 'node:child_process'
import {codeOf, messageOf, MitraError} from '../../errors.js'

export interface RunOptions {
  readonly cwd?: string
  /** Added to the allow-listed variables; nothing else of ours reaches the child. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** How bytes and text stand for each other; `latin1` keeps every byte as it is. */
  readonly encoding?: 'utf8' | 'latin1'
  readonly timeoutMs?: number
  readonly uid?: number
  readonly gid?: number
  /** Called with each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void
}

export interface RunResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

// What a program needs to find itself, its home, its proxy and its certificates.
const passedOn =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|TERM|SSL_CERT_.*|NODE_EXTRA_CA_CERTS|.*_proxy|.*_PROXY|PIP_.*|UV_.*|GO.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|HOMEBREW_.*|XDG_.*|DOCKER_.*|ANDROID_.*|JAVA_HOME|FLUTTER_.*|PUB_.*|DEVELOPER_DIR|CHROME_EXECUTABLE)$/

const forbiddenHints = [
  'The file system may forbid programs (mounted noexec), or a folder above may be closed to you.',
  'MITRA_CACHE_DIR says where mitra keeps its programs.',
]

const running = new Set<ChildProcess>()

// A command that ends takes its children with it; services are started elsewhere and stay.
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})

/** Runs a program to its end. Never throws for an exit code: the caller knows what it means. */
export function runProgram(
  program: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const {cwd, env = {}, input, encoding = 'utf8', timeoutMs = 600_000, uid, gid} = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...argv], {
      env: {...allowedEnvironment(), ...env},
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : {cwd}),
      ...(uid === undefined ? {} : {uid}),
      ...(gid === undefined ? {} : {gid}),
    })
    running.add(child)
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const out = gather(child.stdout, options)
    const err = gather(child.stderr, options)
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '', encoding)
    child.on('error', (cause) => {
      clearTimeout(timer)
      running.delete(child)
      const isForbidden = codeOf(cause) === 'EACCES'
      const hints = isForbidden ? forbiddenHints : [`Is ${program} installed?`]
      const message = `${program} could not be started: ${messageOf(cause)}.`
      reject(new MitraError('failed', 'CANNOT_RUN', message, {hints, cause}))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      running.delete(child)
      resolve({code: code ?? (signal === null ? 1 : 128), stdout: out(), stderr: err()})
    })
  })
}

export function allowedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && passedOn.test(name) ? [[name, value] as const] : [],
  )
  return Object.fromEntries(entries)
}

/** The last line that says something: what programs end with when they fail. */
export function lastLine({stdout, stderr}: RunResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim())
  return lines.findLast((line) => line !== '') ?? 'it said nothing'
}

function gather(
  stream: NodeJS.ReadableStream | null,
  {onLine, encoding = 'utf8'}: RunOptions,
): () => string {
  let text = ''
  let seen = 0
  // A character may be cut in two by the end of a chunk: the stream puts it together.
  stream?.setEncoding(encoding)
  stream?.on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n', seen); end !== -1; end = text.indexOf('\n', seen)) {
      onLine?.(text.slice(seen, end))
      seen = end + 1
    }
  })
  return () => text
}
