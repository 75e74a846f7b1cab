import {styleText} from 'node:util'
import {MitraError} from '../errors.js'

/** Lines of a program under its name, those alone that match; coloured on a terminal only. */
export function prefixedLog(name: string, grep: string | undefined): (line: string) => void {
  const wanted = grep === undefined ? undefined : patternOf(grep)
  const {NO_COLOR = '', TERM} = process.env
  const hasColour = Boolean(process.stdout.isTTY) && NO_COLOR === '' && TERM !== 'dumb'
  const prefix = hasColour ? styleText('cyan', `${name} |`) : `${name} |`
  return (line) => {
    if (wanted === undefined || wanted.test(line)) process.stdout.write(`${prefix} ${line}\n`)
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
