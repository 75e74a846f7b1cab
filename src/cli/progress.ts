import type {Step} from '../ports/journal.js'
import type {Progress} from '../ports/progress.js'

export interface OpenProgress extends Progress {
  /** Ends the display; nothing may be printed before. */
  close(): Promise<void>
}

/** What is shown while a plan is applied: always on stderr, animated only on a terminal. */
export async function openProgress(steps: readonly Step[]): Promise<OpenProgress> {
  if (isAnimated()) {
    const {TaskListProgress} = await import('./task-list-progress.js')
    return new TaskListProgress(steps)
  }
  return new LineProgress(steps)
}

function isAnimated(): boolean {
  const {CI, NO_COLOR, TERM} = process.env
  return Boolean(process.stderr.isTTY) && CI === undefined && !NO_COLOR && TERM !== 'dumb'
}

/** One line per finished step: for logs, pipes and screen readers. */
class LineProgress implements OpenProgress {
  readonly #titles: ReadonlyMap<string, string>
  readonly #startedMs = new Map<string, number>()
  #lastNote = ''

  constructor(steps: readonly Step[]) {
    this.#titles = new Map(steps.map((step) => [step.id, step.title]))
  }

  started(stepId: string): void {
    if (!this.#startedMs.has(stepId)) this.#startedMs.set(stepId, performance.now())
  }

  note(stepId: string, text: string): void {
    const line = `  ${this.#titles.get(stepId) ?? stepId}: ${text}\n`
    // One download may serve several steps.
    if (text === this.#lastNote) return
    this.#lastNote = text
    process.stderr.write(line)
  }

  finished(stepId: string): void {
    const startedMs = this.#startedMs.get(stepId)
    const took =
      startedMs === undefined ? '' : ` (${((performance.now() - startedMs) / 1000).toFixed(2)} s)`
    process.stderr.write(`done    ${this.#titles.get(stepId) ?? stepId}${took}\n`)
  }

  failed(stepId: string, message: string): void {
    process.stderr.write(`failed  ${this.#titles.get(stepId) ?? stepId}: ${message}\n`)
  }

  async close(): Promise<void> {
    // Nothing is held open: every line is already out.
  }
}
