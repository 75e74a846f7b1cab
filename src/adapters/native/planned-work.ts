import {existsSync} from 'node:fs'
import {dirname} from 'node:path'
import type {PlannedWork, ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import type {NativePlace} from './place.js'

/** What getting a service's program and starting it run and write. */
export async function plannedWork(
  service: ServiceName,
  {objectStore}: StackSettings,
  place: NativePlace,
): Promise<{readonly get: PlannedWork; readonly start: PlannedWork}> {
  const {plannedGet} = await import('../runtimes/planned-get.js')
  return {get: await plannedGet(service, objectStore), start: plannedStart(service, place)}
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
