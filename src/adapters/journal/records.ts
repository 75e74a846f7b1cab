import {MitraError} from '../../errors.js'
import type {Json, RunOutcome, Step} from '../../ports/journal.js'
import type {ProcessIdentity} from '../process-identity/identity.js'

/** One line of the journal, without its place in the chain. */
export type JournalEntry =
  | {
      readonly kind: 'begin'
      readonly run: string
      readonly at: string
      readonly command: string
      readonly plan: readonly Step[]
      readonly undoes?: string
      readonly writer: ProcessIdentity
    }
  | {
      readonly kind: 'done'
      readonly run: string
      readonly at: string
      readonly step: string
      readonly undo?: Json
    }
  | {
      readonly kind: 'failed'
      readonly run: string
      readonly at: string
      readonly step: string
      readonly code: string
      readonly message: string
    }
  | {
      readonly kind: 'end'
      readonly run: string
      readonly at: string
      readonly outcome: RunOutcome
    }

export function journalDamaged(file: string, line: number): MitraError {
  return new MitraError('failed', 'JOURNAL_DAMAGED', `${file}:${line} is damaged.`, {
    hints: [
      'Somebody or something changed a record that was already written.',
      `Move ${file} away to go on; the services and the data do not depend on it.`,
    ],
  })
}
