import {mitra, type CliResult} from './cli.js'
import type {DatabaseWorkspace} from './database-workspace.js'

/** The built CLI on the workspace of a test, as a process that can be killed. */
export function mitraIn(
  workspace: DatabaseWorkspace,
  argv: readonly string[],
  fault?: string,
): Promise<CliResult> {
  const env = {MITRA_WORKSPACE: workspace.folder}
  return mitra(argv, {
    cwd: workspace.folder,
    env: fault === undefined ? env : {...env, MITRA_FAULT: fault},
  })
}

/**
 * Kills a command at every record that it writes to the journal, before and after it, until a run has no
 * such record any more. `prepare` makes the case; `check` looks at what is left and runs it again.
 */
export async function atEveryRecord<T>(
  workspace: DatabaseWorkspace,
  {
    prepare,
    argv,
    check,
  }: {
    readonly prepare: () => Promise<T>
    readonly argv: (one: T) => readonly string[]
    readonly check: (one: T, fault: string) => Promise<void>
  },
): Promise<number> {
  for (let record = 1; ; record += 1) {
    for (const moment of record === 1 ? ['before', 'after', 'torn'] : ['before', 'after']) {
      const one = await prepare()
      const fault = `journal:${record}:${moment}`
      const {signal} = await mitraIn(workspace, argv(one), fault)
      await check(one, fault)
      if (signal !== 'SIGKILL') return record - 1
    }
  }
}
