import {stripVTControlCharacters, styleText} from 'node:util'
import {MitraError} from '../errors.js'

const colours = ['cyan', 'magenta', 'yellow'] as const

/**
 * The lines of programs in one log, each under the name of its program; those alone that match. Colour on
 * a terminal only. A reader that is slow makes the programs wait: no line is kept or dropped.
 */
export function prefixedLog(
  names: readonly string[],
  grep: string | undefined,
): (name: string) => (line: string) => void {
  const wanted = grep === undefined ? undefined : patternOf(grep)
  const {NO_COLOR = '', TERM} = process.env
  const hasColour = Boolean(process.stdout.isTTY) && NO_COLOR === '' && TERM !== 'dumb'
  // Whoever read it has gone, as `head` does: it ends as by SIGTERM.
  process.stdout.once('error', () => process.emit('SIGTERM'))
  const width = Math.max(...names.map((name) => name.length))
  return (name) => {
    const text = `${name.padEnd(width)} |`
    const colour = colours[names.indexOf(name) % colours.length] ?? 'cyan'
    const prefix = hasColour ? styleText(colour, text) : text
    return (line) => {
      if (wanted === undefined || wanted.test(stripVTControlCharacters(line))) {
        process.stdout.write(`${prefix} ${line}\n`)
      }
    }
  }
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new MitraError('usage', 'BAD_PATTERN', `--grep ${text} is no regular expression.`, {
      hints: ['Put a backslash before a bracket that is meant as itself.'],
    })
  }
}
