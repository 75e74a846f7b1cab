import {createHash} from 'node:crypto'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join, relative} from 'node:path'
import {HostSockets} from '../../src/adapters/sockets/ports.js'
import type {SickWorkspace} from './sick-workspace.js'

const services = ['nginx', 'postgres', 'redis', 'object_store'] as const
// What every run leaves: its records, and the locks that it held.
const ofEveryRun = /^(\.git|\.mitra\/(journal|locks|data|logs|run|conf))(\/|$)|\.lock$/

/** What a test can see of a workspace: its files with mode and text, and who listens for each service. */
export interface Traces {
  readonly files: ReadonlyMap<string, string>
  readonly listeners: ReadonlyMap<string, number | undefined>
}

export async function tracesOf(place: SickWorkspace): Promise<Traces> {
  const sockets = new HostSockets()
  const listeners = await Promise.all(
    services.map(
      async (name) => [name, (await sockets.portHolder(place.port(name)))?.pid] as const,
    ),
  )
  return {files: filesBelow(place.folder), listeners: new Map(listeners)}
}

/** Paths that are new, gone or not the same. */
export function changedFiles(before: Traces, after: Traces): readonly string[] {
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])]
  return paths.filter((path) => before.files.get(path) !== after.files.get(path)).toSorted()
}

/** Services that ran and whose process is another one now, or gone. */
export function endedServices(before: Traces, after: Traces): readonly string[] {
  return services.filter((name) => {
    const pid = before.listeners.get(name)
    return pid !== undefined && pid !== after.listeners.get(name)
  })
}

function filesBelow(root: string): ReadonlyMap<string, string> {
  const entries = readdirSync(root, {recursive: true, withFileTypes: true})
  const paths = [root, ...entries.map((entry) => join(entry.parentPath, entry.name))]
  const kept = paths.filter((path) => !ofEveryRun.test(relative(root, path)))
  return new Map(kept.map((path) => [relative(root, path) || '.', lookOf(path)]))
}

function lookOf(path: string): string {
  const found = statSync(path, {throwIfNoEntry: false})
  if (found === undefined) return 'a link to nothing'
  const sum = found.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
  return `${(found.mode & 0o7777).toString(8)} ${sum}`
}
