import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {PlannedWork, ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import type {NativePlace} from './place.js'

/** What getting a service's program and starting it run and write. */
export async function plannedWork(
  service: ServiceName,
  {objectStore, layout}: StackSettings,
  place: NativePlace,
): Promise<{readonly get: PlannedWork; readonly start: PlannedWork}> {
  const {plannedGet} = await import('../runtimes/planned-get.js')
  // A workspace gets its id when it is made.
  const isThere = existsSync(join(layout.state, 'workspace.json'))
  const known = (path: string) => (isThere ? path : path.replace(`/${layout.id}/`, '/…/'))
  const start = plannedStart(service, place)
  return {
    get: await plannedGet(service, objectStore),
    start: {
      ...start,
      commands: start.commands.map((words) => words.map(known)),
      files: start.files.map(known),
    },
  }
}

/** What starting a service runs and writes. The program behind the keeper writes in its data, run and log. */
function plannedStart(service: ServiceName, place: NativePlace): PlannedWork {
  const run = place.run(service)
  const data = place.data(service)
  const isNew = service === 'postgres' && !existsSync(data)
  const files = [data, dirname(run), place.log(service)]
  return {
    commands: [...(isNew ? newDatabase : []), ['/bin/sh', '-c', '…', 'mitra-keeper', run, '…']],
    otherwise: [],
    files: [
      ...files,
      ...(isNew ? [`${data}.making-…`] : []),
      ...(service === 'nginx' ? [`${place.log(service)}.access`] : []),
      ...(service === 'redis' || service === 'nginx' ? [place.conf] : []),
    ],
  }
}

const newDatabase = [
  ['…/bin/initdb', '-N', '…'],
  ['…/bin/postgres', '--single', '…'],
  ['…/bin/initdb', '-S', '…'],
]
