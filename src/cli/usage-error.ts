import {MitraError} from '../errors.js'

interface Reading {
  readonly pattern: RegExp
  readonly message: (match: RegExpExecArray) => string
  readonly hint?: (match: RegExpExecArray) => string
}

/** What oclif says of flags that do not go together, as one sentence and what to do. */
const readings: readonly Reading[] = [
  {
    pattern: /^All of the following must be provided when using (--\S+): (.+)$/,
    message: ([, flag, needed]) => `${flag} needs ${needed?.replaceAll(', ', ' and ')}.`,
    hint: ([, flag, needed]) =>
      `Give ${needed?.replaceAll(', ', ' and ')} too, or leave out ${flag}.`,
  },
  {
    pattern: /^(--[^=\s]+)(?:=.*)? cannot also be provided when using (--\S+)$/,
    message: ([, one, other]) => `${other} and ${one} do not go together.`,
    hint: ([, one, other]) => `Leave out ${other} or ${one}.`,
  },
  {
    pattern: /^Exactly one of the following must be provided: (.+)$/,
    message: ([, flags]) => `One of ${flags} is needed.`,
  },
  {
    pattern: /^At least one of the following must be provided: (.+)$/,
    message: ([, flags]) => `One of ${flags} is needed, or several.`,
  },
]

/** An error of oclif's parser; `command` is its words: `setup`, `db migrate`. */
export function usageError(text: string, command: string): MitraError {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'See more help with --help')
  const [first = '', ...rest] = lines
  const help = `${['mitra', command, '--help'].filter(Boolean).join(' ')} shows its arguments and flags.`
  if (/^Missing \d+ required args?:$/.test(first)) {
    const names = rest.map((line) => line.split(' ')[0]?.toUpperCase() ?? '').join(', ')
    return new MitraError('usage', 'USAGE', `Missing: ${names}.`, {hints: [...rest, help]})
  }
  if (!/^The following errors? occurred:$/.test(first)) {
    return new MitraError('usage', 'USAGE', first, {hints: [...rest, help]})
  }
  const read = rest.map(readReason)
  const messages = new Set(read.map(({message}) => message))
  const hints = new Set(read.flatMap(({hint}) => (hint === undefined ? [] : [hint])))
  return new MitraError('usage', 'USAGE', [...messages].join(' '), {hints: [...hints, help]})
}

function readReason(reason: string): {readonly message: string; readonly hint?: string} {
  for (const {pattern, message, hint} of readings) {
    const match = pattern.exec(reason)
    if (match === null) continue
    return {message: message(match), ...(hint === undefined ? {} : {hint: hint(match)})}
  }
  return {message: reason}
}
