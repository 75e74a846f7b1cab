import type {Json, Step} from './journal.js'

/** Takes back the steps whose id begins with `prefix`; lives with the feature that wrote them. */
export interface Undoer {
  readonly prefix: string
  /** What will be done, for the plan; undefined when there is nothing to take back. */
  plan(step: Step, record: Json | undefined): Promise<Step | undefined>
  /** What of the step is left, since it is a person's now. */
  stays?(step: Step, record: Json | undefined): Promise<Step | undefined>
  undo(step: Step, record: Json | undefined): Promise<void>
}
