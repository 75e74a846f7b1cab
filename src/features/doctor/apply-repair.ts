import type {Database} from '../../ports/database.js'
import type {FileModes} from '../../ports/file-modes.js'
import type {Files} from '../../ports/files.js'
import type {Json, Step} from '../../ports/journal.js'
import type {ObjectStore} from '../../ports/object-store.js'
import type {Stack} from '../../ports/stack.js'
import {undoRecordOf, type OwnRepair} from './repair.js'

/** What repairs change the world with. */
export interface RepairTools {
  readonly modes: () => Promise<FileModes>
  readonly files: () => Promise<Files>
  readonly stack: () => Promise<Stack>
  readonly database: () => Promise<Database>
  readonly objectStore: () => Promise<ObjectStore>
}

/** Does one repair; returns what undoing it needs. */
export async function applyRepair(repair: OwnRepair, tools: RepairTools): Promise<Json> {
  switch (repair.kind) {
    case 'mode':
      return undoRecordOf(repair, await (await tools.modes()).change(repair.path, repair.mode))
    case 'line':
      return undoRecordOf(repair, await addLine(repair.path, repair.line, await tools.files()))
    case 'clear':
      await (await tools.stack()).down(repair.services)
      return undoRecordOf(repair, null)
    case 'bucket':
      await (await tools.objectStore()).createBucket(repair.bucket)
      return undoRecordOf(repair, null)
    case 'writable':
      await setServer(tools, 'RESET default_transaction_read_only')
      return undoRecordOf(repair, 'on')
  }
}

async function addLine(path: string, line: string, files: Files): Promise<string | null> {
  const before = await files.read(path)
  await files.write(path, withLine(before ?? '', line))
  return before ?? null
}

function withLine(text: string, line: string): string {
  return text === '' || text.endsWith('\n') ? `${text}${line}\n` : `${text}\n${line}\n`
}

async function setServer(tools: Pick<RepairTools, 'database'>, what: string): Promise<void> {
  const session = await (await tools.database()).connect({role: 'admin'})
  try {
    await session.query(`ALTER SYSTEM ${what}`)
    await session.query('SELECT pg_reload_conf()')
  } finally {
    await session.close()
  }
}

/** What taking a repair back would do; undefined where what it wrote was changed since: that is a person's. */
export async function planRepairUndo(
  step: Step,
  record: Json | undefined,
  tools: RepairTools,
): Promise<Step | undefined> {
  const {kind, path, line, before} = parts(record)
  const why = 'the run changed it'
  const common = {id: `restore.${step.id}`, why, undo: 'no'} as const
  if (kind === 'mode') {
    return {...common, title: `Give ${path} back its mode ${Number(before).toString(8)}`}
  }
  if (kind === 'writable') {
    return {...common, title: 'Set default_transaction_read_only of Postgres again'}
  }
  if (kind !== 'line') return undefined
  const now = await (await tools.files()).read(path)
  if (now !== withLine(typeof before === 'string' ? before : '', line)) return undefined
  return {...common, title: `Put ${path} back as it was`}
}

export async function undoRepair(record: Json | undefined, tools: RepairTools): Promise<void> {
  const {kind, path, before} = parts(record)
  if (kind === 'mode') await (await tools.modes()).change(path, Number(before))
  if (kind === 'writable') await setServer(tools, 'SET default_transaction_read_only = on')
  if (kind !== 'line') return
  const files = await tools.files()
  await (typeof before === 'string' ? files.write(path, before) : files.remove(path))
}

function parts(record: Json | undefined) {
  const values = new Map<string, unknown>(Object.entries(record ?? {}))
  return {
    kind: values.get('kind'),
    path: String(values.get('path')),
    line: String(values.get('line')),
    before: values.get('before'),
  }
}
