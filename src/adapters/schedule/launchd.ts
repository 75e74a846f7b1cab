import {mkdir, readFile, rm} from 'node:fs/promises'
import {join} from 'node:path'
import plist from 'plist'
import {codeOf, MitraError} from '../../errors.js'
import type {ScheduledCommand, Scheduler} from '../../ports/schedule.js'
import {writeAtomic} from '../files/write-atomic.js'
import {runProgram} from '../process/run.js'
import {machineZone} from './machine-zone.js'

export interface LaunchdPlace {
  /** `~/Library/LaunchAgents`. */
  readonly folder: string
  readonly userId: number
}

const notLoaded = '<!-- not loaded -->\n'

/** An agent of the user, which launchd also starts late when the machine slept at the time. */
export class Launchd implements Scheduler {
  readonly kind = 'launchd'
  readonly #place: LaunchdPlace

  constructor(place: LaunchdPlace) {
    this.#place = place
  }

  zone(): Promise<string> {
    return machineZone()
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

  /** A file that is not loaded, as a kill may leave it, is neither the entry nor none. */
  async read(key: string): Promise<string | undefined> {
    const text = await readFile(this.#file(key), 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    return text === undefined || (await this.#isLoaded(key)) ? text : `${text}${notLoaded}`
  }

  async write(key: string, entry: string | undefined): Promise<void> {
    const file = this.#file(key)
    if (await this.#isLoaded(key)) await runProgram('launchctl', this.#bootout(key))
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

  async #isLoaded(key: string): Promise<boolean> {
    const argv = ['print', `gui/${this.#place.userId}/${labelOf(key)}`]
    return (await runProgram('launchctl', argv)).code === 0
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
