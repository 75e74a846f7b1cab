/** What runs a command of mitra every day. */
export interface ScheduledCommand {
  /** Tells it from those of other workspaces; letters, digits and dashes. */
  readonly key: string
  /** The program and its words. */
  readonly argv: readonly [string, ...string[]]
  /** Absolute; it runs there. */
  readonly folder: string
  /** Of the machine's clock and zone. */
  readonly at: {readonly hour: number; readonly minute: number}
  /** Absolute; what it says is added there. */
  readonly logFile: string
}

/** The user's own cron or launchd. */
export interface Scheduler {
  readonly kind: 'crontab' | 'launchd'
  /** Of the machine, in which it reads times, whatever zone the user has set: `Asia/Kolkata`. */
  zone(): Promise<string>
  /** The entry as it would stand there. Throws SCHEDULE_PATH for a path that cannot be written in one. */
  entryFor(command: ScheduledCommand): string
  /**
   * The entry in force under a key; undefined for none. Throws CRON_MISSING where there is no cron,
   * SCHEDULE_BROKEN where half of an entry is left.
   */
  read(key: string): Promise<string | undefined>
  /** Puts the entry there instead of the one under the key, or takes that one out; all else stays. */
  write(key: string, entry: string | undefined): Promise<void>
  /** The programs that `write` runs, in order. */
  commands(
    key: string,
    change: {readonly from: boolean; readonly to: boolean},
  ): readonly (readonly string[])[]
}
