import {Buffer} from 'node:buffer'
import {MitraError} from '../../errors.js'
import type {ScheduledCommand} from '../../ports/schedule.js'

/** What Debian's cron takes of a command; others take more. */
const mostBytes = 998

/**
 * The lines of one command between marks of its own. cron gives the line to sh; `%` would end it there
 * (crontab(5)), and its PATH is short, so that programs are named in full.
 */
export function crontabEntry({key, argv, folder, at, logFile}: ScheduledCommand): string {
  for (const word of [...argv, folder, logFile]) refuseOdd(word)
  const shell = `cd ${quoted(folder)} && ${argv.map(quoted).join(' ')} >> ${quoted(logFile)} 2>&1`
  const command = shell.replaceAll('%', String.raw`\%`)
  const bytes = Buffer.byteLength(command)
  if (bytes > mostBytes) {
    throw unfit(`The command is ${bytes} bytes long, and cron takes ${mostBytes}.`)
  }
  const line = `${at.minute} ${at.hour} * * * ${command}`
  return `${begin(key)}\n${line}\n${end(key)}\n`
}

/** The entry under a key; undefined for none. */
export function entryIn(crontab: string, key: string): string | undefined {
  const [from, to] = placeOf(crontab, key)
  return from === -1 ? undefined : crontab.slice(from, to)
}

/** The crontab with the entry in the place of the one before, else at its end; all else byte for byte. */
export function crontabWith(crontab: string, key: string, entry: string | undefined): string {
  const [from, to] = placeOf(crontab, key)
  if (from !== -1) return crontab.slice(0, from) + (entry ?? '') + crontab.slice(to)
  if (entry === undefined) return crontab
  const isOpen = crontab !== '' && !crontab.endsWith('\n')
  return `${crontab}${isOpen ? '\n' : ''}${entry}`
}

function begin(key: string): string {
  return `# mitra ${key}: begin (mitra cost schedule writes this)`
}

function end(key: string): string {
  return `# mitra ${key}: end`
}

/** Throws SCHEDULE_BROKEN where the marks are not a pair: what is between them is not known. */
function placeOf(crontab: string, key: string): readonly [number, number] {
  const lines = crontab.split('\n')
  const at = (mark: string) => lines.flatMap((line, index) => (line === mark ? [index] : []))
  const [begins, ends] = [at(begin(key)), at(end(key))]
  const [first, last] = [begins[0], ends[0]]
  if (first === undefined && last === undefined) return [-1, -1]
  const isPair = begins.length === 1 && ends.length === 1
  if (first === undefined || last === undefined || !isPair || first > last) {
    throw broken(Math.min(...begins, ...ends) + 1, key)
  }
  const lengthOf = (count: number) => lines.slice(0, count).join('\n').length
  const from = first === 0 ? 0 : lengthOf(first) + 1
  return [from, Math.min(crontab.length, lengthOf(last + 1) + 1)]
}

function broken(line: number, key: string): MitraError {
  const message = `Line ${line} of the crontab: the lines "${begin(key)}" and "${end(key)}" are not one pair.`
  return new MitraError('config', 'SCHEDULE_BROKEN', message, {
    hints: ['Take both and what is between them out with crontab -e, then run the command again.'],
  })
}

function refuseOdd(word: string): void {
  // oxlint-disable-next-line no-control-regex
  const [odd] = /[\u0000-\u001F\u007F\\]/.exec(word) ?? []
  if (odd === undefined) return
  const what = odd === '\\' ? 'a backslash, which crons read differently,' : 'a line break or such'
  throw unfit(`${JSON.stringify(word)} cannot stand in a crontab: it has ${what} in it.`)
}

function unfit(message: string): MitraError {
  return new MitraError('config', 'SCHEDULE_PATH', message, {
    hints: ['Move the workspace to another folder.'],
  })
}

/** Without a backslash: the % of cron is the only thing that has one. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`
}
