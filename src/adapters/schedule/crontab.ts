import {codeOf, MitraError} from '../../errors.js'
import type {ScheduledCommand, Scheduler} from '../../ports/schedule.js'
import {runProgram} from '../process/run.js'
import {crontabEntry, crontabWith, entryIn} from './crontab-text.js'

/** The crontab of the user, read and written by `crontab`, as cron wants it. */
export class Crontab implements Scheduler {
  readonly kind = 'crontab'
  readonly #who: readonly string[]

  /** Of another user, which only root may write. */
  constructor(user?: string) {
    this.#who = user === undefined ? [] : ['-u', user]
  }

  entryFor(command: ScheduledCommand): string {
    return crontabEntry(command)
  }

  async read(key: string): Promise<string | undefined> {
    return entryIn(await this.#text(), key)
  }

  async write(key: string, entry: string | undefined): Promise<void> {
    const text = crontabWith(await this.#text(), key, entry)
    const {code, stderr} = await runProgram('crontab', [...this.#who, '-'], {input: text})
    if (code !== 0) throw refused(stderr)
  }

  commands(): readonly (readonly string[])[] {
    return [['crontab', ...this.#who, '-']]
  }

  async #text(): Promise<string> {
    const list = runProgram('crontab', [...this.#who, '-l'], {env: {LC_ALL: 'C'}})
    const {code, stdout, stderr} = await list.catch((cause: unknown) => {
      throw isNotThere(cause) ? cronMissing(cause) : cause
    })
    if (code === 0) return stdout
    if (/no crontab for/.test(stderr)) return ''
    throw refused(stderr)
  }
}

function refused(stderr: string): MitraError {
  const said = stderr.trim().split('\n')[0] ?? ''
  return new MitraError('failed', 'CRON_REFUSED', `crontab refused: ${said}`, {
    hints: ['/etc/cron.allow and /etc/cron.deny say who may have one.'],
  })
}

function isNotThere(error: unknown): boolean {
  return error instanceof MitraError && codeOf(error.cause) === 'ENOENT'
}

function cronMissing(cause: unknown): MitraError {
  return new MitraError('notReady', 'CRON_MISSING', 'There is no crontab on this machine.', {
    hints: ['On Debian and Ubuntu: apt-get install cron'],
    cause,
  })
}
