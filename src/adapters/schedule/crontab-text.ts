import {MitraError} from '../../errors.js'
import type {ScheduledCommand} from '../../ports/schedule.js'

/**
 * The lines of one command between marks of its own. cron gives the line to sh; `%` would end it there
 * (crontab(5)), and its PATH is short, so that programs are named in full.
 */
export function crontabEntry({key, argv, folder, at, logFile}: ScheduledCommand): string {
  const words = [...argv, folder, logFile]
  const odd = words.find((word) => /[\n\r\0]/.test(word))
  if (odd !== undefined) {
    const message = `${JSON.stringify(odd)} cannot stand in a crontab: it has a line break in it.`
    throw new MitraError('config', 'SCHEDULE_PATH', message, {
      hints: ['Move the workspace to a folder without one.'],
    })
  }
  const command = `cd ${quoted(folder)} && ${argv.map(quoted).join(' ')} >> ${quoted(logFile)} 2>&1`
  const line = `${at.minute} ${at.hour} * * * ${command.replaceAll('%', '\\%')}`
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

/** An entry whose end is gone reaches to the line after its mark and no further. */
function placeOf(crontab: string, key: string): readonly [number, number] {
  const first = `${begin(key)}\n`
  const from = crontab.startsWith(first) ? 0 : crontab.indexOf(`\n${first}`) + 1
  if (from === 0 && !crontab.startsWith(first)) return [-1, -1]
  const last = crontab.indexOf(end(key), from)
  if (last === -1) return [from, from + first.length]
  const next = crontab.indexOf('\n', last)
  return [from, next === -1 ? crontab.length : next + 1]
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
