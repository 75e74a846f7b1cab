import {MitraError} from '../../errors.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {Programs} from '../../ports/programs.js'
import type {Progress} from '../../ports/progress.js'
import type {Secret, Secrets} from '../../ports/secrets.js'
import {recorded} from './apply.js'

/** The backend's own migrations: `alembic upgrade head` or whatever its settings name. */
export interface BackendCommand {
  readonly argv: readonly [string, ...string[]]
  /** Ends with 0 when there is nothing to do; without it the command is run each time. */
  readonly check: readonly [string, ...string[]] | undefined
  /** Absolute. */
  readonly folder: string
}

interface CommandTools {
  readonly programs: Programs
  readonly secrets: Secrets
  /** Where the database is, with the migrator's password: given in the environment alone. */
  readonly url: () => Promise<Secret>
}

const id = 'db.backend'

/** From settings; undefined where none is set. */
export function backendCommand(
  argv: readonly string[],
  check: readonly string[],
  folder: string,
): BackendCommand | undefined {
  const [program, ...words] = argv
  if (program === undefined) return undefined
  const [looker, ...looked] = check
  return {
    argv: [program, ...words],
    check: looker === undefined ? undefined : [looker, ...looked],
    folder,
  }
}

/** The step, unless its check says that there is nothing to do. */
export async function planBackend(
  command: BackendCommand,
  tools: CommandTools,
): Promise<Step | undefined> {
  const {argv, check, folder} = command
  if (check !== undefined) {
    const {code} = await runIn(command, check, tools)
    if (code === 0) return undefined
  }
  return {
    id,
    title: `Run ${argv.join(' ')}`,
    why:
      check === undefined
        ? "the backend's own migrations: only it knows what is missing"
        : `${check.join(' ')} says that something is missing`,
    undo: 'no',
    detail: {argv: [...argv], folder},
  }
}

export async function applyBackend(
  command: BackendCommand,
  {run, progress, ...tools}: CommandTools & {readonly run: RunWriter; readonly progress: Progress},
): Promise<void> {
  const say = (line: string) => {
    const isSafe = !tools.secrets.appearsIn(line)
    if (line.trim() !== '') progress.note(id, isSafe ? line : '(a line that holds a password)')
  }
  await recorded(id, {run, progress}, async () => {
    const {code, lastLine} = await runIn(command, command.argv, tools, say)
    if (code === 0) return
    throw failed(command, code, tools.secrets.appearsIn(lastLine) ? undefined : lastLine)
  })
}

async function runIn(
  {folder}: BackendCommand,
  argv: readonly [string, ...string[]],
  {programs, url}: CommandTools,
  onLine?: (line: string) => void,
) {
  const environment = {DATABASE_URL: await url()}
  const shown = onLine === undefined ? {} : {onLine}
  return programs.run({argv, folder, environment, timeoutMs: 3_600_000, ...shown})
}

function failed(
  {argv, folder}: BackendCommand,
  code: number,
  line: string | undefined,
): MitraError {
  const said = line === undefined ? '' : `: ${line.replace(/\.$/, '')}`
  const message = `${argv.join(' ')} ended with ${code}${said}.`
  return new MitraError('failed', 'BACKEND_MIGRATIONS_FAILED', message, {
    hints: [
      `It ran in ${folder}; what it said is above.`,
      'The migrations of shared_schema and of the tenants are done. mitra db migrate runs it again.',
    ],
  })
}
