import {styleText} from 'node:util'
import type {TerminalLook, TextStyle} from '../features/cost/render/terminal-page.js'

const formats = {
  title: 'bold',
  faint: 'gray',
  calm: 'reset',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
} as const

/** As wide as the terminal; colour on a terminal only, and never against the reader's wish. */
export function terminalLook(): TerminalLook {
  const {NO_COLOR = '', TERM, COLUMNS = ''} = process.env
  const hasColour = Boolean(process.stdout.isTTY) && NO_COLOR === '' && TERM !== 'dumb'
  const told = /^\d+$/.test(COLUMNS) ? Number(COLUMNS) : undefined
  return {
    columns: process.stdout.columns ?? told ?? 100,
    paint: (style: TextStyle, text: string) =>
      hasColour && style !== 'calm' ? styleText(formats[style], text) : text,
  }
}
