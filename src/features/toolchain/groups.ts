import type {JournalRun, Json} from '../../ports/journal.js'
import type {Packages} from '../../ports/packages.js'
import type {Tool} from '../../ports/toolchain.js'
import {namesIn, toolPrefix} from './leftover.js'

/** Groups of accounts that the packages of the tool will make. */
export async function comingGroups({apt}: Tool, packages: Packages): Promise<readonly string[]> {
  const names = packages.manager === 'apt' ? (apt?.groups ?? []) : []
  const there = await packages.groups(names)
  return names.filter((name) => !there.has(name))
}

/** Those that runs that were cut off were to make and could not record. */
export function cutOffGroups(runs: readonly JournalRun[]): readonly string[] {
  const open = new Set<string>()
  for (const {plan, finished} of runs) {
    const done = new Set(finished.map(({id}) => id))
    for (const name of finished.flatMap(({undo}) => namesIn(undo, 'groups'))) open.delete(name)
    const unfinished = plan.filter(({id}) => id.startsWith(toolPrefix) && !done.has(id))
    for (const name of unfinished.flatMap(({detail}) => namesIn(detail, 'groups'))) open.add(name)
  }
  return [...open]
}

/** A group that an account was put into since is in use: it stays. */
export async function emptyGroups(
  record: Json | undefined,
  packages: Packages,
): Promise<readonly string[]> {
  const found = await packages.groups(namesIn(record, 'groups'))
  return [...found].flatMap(([name, {isUsed}]) => (isUsed ? [] : [name]))
}
