import {Buffer} from 'node:buffer'
import {codeOf, MitraError} from '../../errors.js'
import type {ScheduledCommand, Scheduler} from '../../ports/schedule.js'
import {acquireLock} from '../journal/lock.js'
import {runProgram} from '../process/run.js'
import {crontabEntry, crontabWith, entryIn} from './crontab-text.js'
import {machineZone} from './machine-zone.js'

interface CrontabPlace {
  /** Workspaces share the one crontab of a user: who changes it holds a lock in this folder. */
  readonly lockFolder: string
  /** Another user, whose crontab only root may write. */
  readonly user?: string
}

const waitMs = 30_000

/** The crontab of the user, read and written by `crontab`, as cron wants it. */
export class Crontab implements Scheduler {
  readonly kind = 'crontab'
  readonly #who: readonly string[]
  readonly #lockFolder: string

  constructor({lockFolder, user}: CrontabPlace) {
    this.#lockFolder = lockFolder
    this.#who = user === undefined ? [] : ['-u', user]
  }

  zone(): Promise<string> {
    return machineZone()
  }

  entryFor(command: ScheduledCommand): string {
    return crontabEntry(command)
  }

  async read(key: string): Promise<string | undefined> {
    const entry = entryIn(await this.#bytes(), key)
    return entry === undefined ? undefined : Buffer.from(entry, 'latin1').toString()
  }

  async write(key: string, entry: string | undefined): Promise<void> {
    const own = entry === undefined ? undefined : Buffer.from(entry).toString('latin1')
    const lock = await acquireLock(this.#lockFolder, 'crontab', {purpose: 'cost schedule', waitMs})
    try {
      const input = crontabWith(await this.#bytes(), key, own)
      const argv = [...this.#who, '-']
      const {code, stderr} = await runProgram('crontab', argv, {input, encoding: 'latin1'})
      if (code !== 0) throw refused(stderr)
    } finally {
      await lock.release()
    }
  }

  commands(): readonly (readonly string[])[] {
    return [['crontab', ...this.#who, '-']]
  }

  /** One character for each byte: what others wrote there need not be UTF-8. */
  async #bytes(): Promise<string> {
    const argv = [...this.#who, '-l']
    const list = runProgram('crontab', argv, {env: {LC_ALL: 'C'}, encoding: 'latin1'})
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
