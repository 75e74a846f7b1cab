import {Listr, ListrLogger, ProcessOutput, type ListrTaskWrapper} from 'listr2'
import type {Step} from '../ports/journal.js'
import type {OpenProgress} from './progress.js'

type Row = ListrTaskWrapper<unknown, never, never>

interface Group {
  readonly title: string
  readonly waiting: Set<string>
  readonly ended: Promise<void>
  readonly end: (error?: Error) => void
  row?: Row
  /** When its first step began. */
  startedMs?: number
}

/** The animated list: one row per service, tenant and phase, its steps as the row's output. */
export class TaskListProgress implements OpenProgress {
  readonly #titles: ReadonlyMap<string, string>
  readonly #groups = new Map<string, Group>()
  readonly #running: Promise<unknown>
  /** A step that nobody said to have started began when the one before it ended. */
  #lastEndMs = performance.now()

  constructor(steps: readonly Step[]) {
    this.#titles = new Map(steps.map((step) => [step.id, step.title]))
    for (const step of steps) this.#group(step.id).waiting.add(step.id)
    this.#running = this.#list().run()
  }

  started(stepId: string): void {
    this.note(stepId, this.#titles.get(stepId) ?? stepId)
  }

  note(stepId: string, text: string): void {
    const group = this.#group(stepId)
    group.startedMs ??= performance.now()
    if (group.row !== undefined) group.row.output = text
  }

  finished(stepId: string): void {
    const group = this.#group(stepId)
    group.startedMs ??= this.#lastEndMs
    this.#lastEndMs = performance.now()
    group.waiting.delete(stepId)
    if (group.waiting.size === 0) group.end()
  }

  failed(stepId: string, message: string): void {
    this.#group(stepId).end(new Error(message))
  }

  async close(): Promise<void> {
    for (const group of this.#groups.values()) {
      group.end(group.waiting.size > 0 ? new Error('not done') : undefined)
    }
    await this.#running
    process.stderr.write('\n')
  }

  #list(): Listr {
    const tasks = [...this.#groups.values()].map((group) => ({
      title: group.title,
      task: async (_: unknown, row: Row) => {
        group.row = row
        await group.ended
        row.title = `${group.title} [${seconds(performance.now() - (group.startedMs ?? 0))}]`
      },
    }))
    // stdout is data; and listr2's own signal handler would end with 127.
    const logger = new ListrLogger({
      processOutput: new ProcessOutput(process.stderr, process.stderr),
    })
    return new Listr(
      tasks as never,
      {
        concurrent: true,
        exitOnError: false,
        registerSignalListeners: false,
        rendererOptions: {logger, showErrorMessage: true},
      } as never,
    )
  }

  #group(stepId: string): Group {
    const key = groupKey(stepId)
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const {promise, resolve, reject} = deferred()
    const end = (error?: Error) => (error === undefined ? resolve() : reject(error))
    const group: Group = {title: groupTitle(key), waiting: new Set(), ended: promise, end}
    this.#groups.set(key, group)
    return group
  }
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}

/** `stack.get.redis` and `stack.start.redis` are one row, every file of the workspace another. */
function groupKey(stepId: string): string {
  const [topic = '', verb = '', name = ''] = stepId.split('.')
  if (topic === 'stack' && name !== '') return `service ${name}`
  if (topic === 'tenant') return `tenant ${name}`
  return topic === 'stack' ? `stack ${verb}` : topic
}

function groupTitle(key: string): string {
  const titles: Readonly<Record<string, string>> = {
    workspace: 'Workspace files',
    db: 'Database',
    bucket: 'Bucket',
    toolchain: 'Tools',
    projects: 'Backend and app',
    'stack remember': 'Engine and ports',
  }
  const [kind = '', name = ''] = key.split(' ')
  return titles[key] ?? (kind === 'service' ? name : key.charAt(0).toUpperCase() + key.slice(1))
}

function deferred() {
  let resolve: () => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<void>((onDone, onError) => {
    resolve = onDone
    reject = onError
  })
  // The list reads it; a rejection before that must not end the process.
  promise.catch(() => undefined)
  return {promise, resolve, reject}
}
