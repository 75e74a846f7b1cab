import {access, mkdir, readFile, rm} from 'node:fs/promises'
import {join} from 'node:path'
import plist from 'plist'
import {codeOf, MitraError} from '../../errors.js'
import type {ScheduledCommand, Scheduler} from '../../ports/schedule.js'
import {writeAtomic} from '../files/write-atomic.js'
import {runProgram} from '../process/run.js'

export interface LaunchdPlace {
  /** `~/Library/LaunchAgents`. */
  readonly folder: string
  readonly userId: number
}

/** An agent of the user, which launchd also starts late when the machine slept at the time. */
export class Launchd implements Scheduler {
  readonly kind = 'launchd'
  readonly #place: LaunchdPlace

  constructor(place: LaunchdPlace) {
    this.#place = place
  }

  entryFor({key, argv, folder, at, logFile}: ScheduledCommand): string {
    const document = plist.build({
      Label: labelOf(key),
      ProgramArguments: [...argv],
      WorkingDirectory: folder,
      StartCalendarInterval: {Hour: at.hour, Minute: at.minute},
      StandardOutPath: logFile,
      StandardErrorPath: logFile,
      ProcessType: 'Background',
    })
    return `${document}\n`
  }

  async read(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#file(key), 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  async write(key: string, entry: string | undefined): Promise<void> {
    const file = this.#file(key)
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    // An agent that is not loaded is not there to be taken out: its exit code says nothing more.
    if (isThere) await runProgram('launchctl', this.#bootout(key))
    if (entry === undefined) {
      await rm(file, {force: true})
      return
    }
    await mkdir(this.#place.folder, {recursive: true})
    await writeAtomic(file, entry)
    const {code, stderr} = await runProgram('launchctl', this.#bootstrap(key))
    if (code === 0) return
    throw new MitraError('failed', 'LAUNCHD_REFUSED', `launchctl refused: ${stderr.trim()}`, {
      hints: [`launchctl print gui/${this.#place.userId} shows what is loaded.`],
    })
  }

  commands(
    key: string,
    {from, to}: {readonly from: boolean; readonly to: boolean},
  ): readonly (readonly string[])[] {
    return [
      ...(from ? [['launchctl', ...this.#bootout(key)]] : []),
      ...(to ? [['launchctl', ...this.#bootstrap(key)]] : []),
    ]
  }

  #bootout(key: string): readonly string[] {
    return ['bootout', `gui/${this.#place.userId}/${labelOf(key)}`]
  }

  #bootstrap(key: string): readonly string[] {
    return ['bootstrap', `gui/${this.#place.userId}`, this.#file(key)]
  }

  #file(key: string): string {
    return join(this.#place.folder, `${labelOf(key)}.plist`)
  }
}

function labelOf(key: string): string {
  return `in.agentmitra.${key}`
}
