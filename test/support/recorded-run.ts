/** What one program did by itself: the commands that it started and the paths that it changed. */
export interface RecordedRun {
  readonly commands: readonly (readonly string[])[]
  readonly files: readonly string[]
}

/** Options of strace for such a record; it follows every process. */
export const straceOptions = [
  '-f',
  '-q',
  '-s',
  '8192',
  '-e',
  'trace=execve,open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat,link,linkat,chmod,fchmodat,chown,lchown,fchownat,truncate,mknod,mknodat,clone,clone3,fork,vfork',
  '-e',
  'signal=none',
  '--seccomp-bpf',
  // A machine counts its processes from 1.
  '--pidns-translation',
] as const

interface Process {
  readonly parent: Process | undefined
  argv: readonly string[] | undefined
}

/** Reads the log of strace: `isProgram` says which process is meant, by its words. */
export function readRecord(
  log: string,
  isProgram: (argv: readonly string[]) => boolean,
): RecordedRun {
  const recorder = new Recorder(isProgram)
  for (const {id, call} of wholeCalls(log)) recorder.take(id, call)
  return {commands: recorder.commands, files: [...recorder.files].toSorted()}
}

class Recorder {
  readonly commands: (readonly string[])[] = []
  readonly files = new Set<string>()
  readonly #isProgram: (argv: readonly string[]) => boolean
  // Ids are used again: a process is known from the call that made it until it ends.
  readonly #processes = new Map<string, Process>()
  // What a child does may be written before the call that made it has returned.
  readonly #early = new Map<string, string[]>()
  #program: Process | undefined
  #isBegun = false

  constructor(isProgram: (argv: readonly string[]) => boolean) {
    this.#isProgram = isProgram
  }

  take(id: string, call: string): void {
    if (!this.#isBegun) this.#processes.set(id, {parent: undefined, argv: undefined})
    this.#isBegun = true
    const process = this.#processes.get(id)
    if (process === undefined) this.#early.set(id, [...(this.#early.get(id) ?? []), call])
    else if (call.startsWith('+++')) this.#processes.delete(id)
    else if (/\)\s+= \d+/.test(call)) this.#takeDone(process, call)
  }

  #takeDone(process: Process, call: string): void {
    const child = childOf(call)
    if (child !== undefined) this.#begin(child, process, call.includes('CLONE_THREAD'))
    else if (call.startsWith('execve(')) this.#takeCommand(process, wordsIn(call).slice(1))
    else if (process === this.#program) {
      for (const path of changedBy(call)) this.files.add(path)
    }
  }

  #begin(id: string, maker: Process, isThread: boolean): void {
    this.#processes.set(id, isThread ? maker : {parent: maker, argv: undefined})
    const waiting = this.#early.get(id) ?? []
    this.#early.delete(id)
    for (const call of waiting) this.take(id, call)
  }

  #takeCommand(process: Process, argv: readonly string[]): void {
    if (this.#program === undefined && this.#isProgram(argv)) this.#program = process
    const isOurs = process.parent !== undefined && process.parent === this.#program
    if (isOurs && process.argv === undefined) this.commands.push(argv)
    process.argv = argv
  }
}

/** The process that a call made, as seen from outside of the machine. */
function childOf(call: string): string | undefined {
  if (!/^(?:clone3?|v?fork)\(/.test(call)) return undefined
  const [, inside, outside] = /= (\d+)(?: \/\* (\d+) in strace's PID NS \*\/)?$/.exec(call) ?? []
  return outside ?? inside
}

/** A call that another process came in between of is put together again. */
function wholeCalls(log: string): readonly {readonly id: string; readonly call: string}[] {
  const open = new Map<string, string>()
  return log.split('\n').flatMap((line) => {
    const at = line.search(/\s/)
    if (at <= 0) return []
    const [id, text] = [line.slice(0, at), line.slice(at).trim()]
    if (text.endsWith('<unfinished ...>')) {
      open.set(id, text.slice(0, -'<unfinished ...>'.length).trimEnd())
      return []
    }
    const call = text.replace(/^<\.\.\. \w+ resumed>/, () => open.get(id) ?? '')
    return [{id, call}]
  })
}

/** The texts among the words of a call. */
function wordsIn(call: string): readonly string[] {
  const end = call.startsWith('execve(') ? call.lastIndexOf('], 0x') : call.length
  return [...call.slice(0, end === -1 ? call.length : end).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(
    ([, text = '']) => unescaped(text),
  )
}

function unescaped(text: string): string {
  const known: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r', v: '\v', f: '\f'}
  const bytes = text.replaceAll(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCodePoint(Number.parseInt(code, 8)) : (known[code] ?? code),
  )
  return Buffer.from(bytes, 'latin1').toString()
}

function changedBy(call: string): readonly string[] {
  const isOpen = /^(?:open|openat)\(/.test(call)
  if (isOpen && !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(call)) return []
  const words = wordsIn(call)
  const paths = /^(?:symlink|link)/.test(call) ? words.slice(-1) : words
  return paths.filter((path) => !/^\/(?:dev|proc)\//.test(path))
}
