import type {CostReport} from '../report/cost-report.js'
import type {Tone} from './wording.js'

export type TextStyle = 'title' | 'faint' | Tone

/** How a terminal is written to. */
export interface TerminalLook {
  readonly columns: number
  /** Adds colour; returns the text as it is where there is none. */
  readonly paint: (style: TextStyle, text: string) => string
}

/** What a section is drawn from. */
export interface TerminalPage {
  readonly report: CostReport
  readonly look: TerminalLook
  readonly width: number
}

/** On fewer columns only what a reader needs first is shown. */
export const roomy = 76
