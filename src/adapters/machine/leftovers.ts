import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Leftover} from '../../ports/machine.js'
import {serviceNames, type ServiceName} from '../../ports/stack.js'
import {readRecorded} from '../native/registry.js'

// A reaper needs as long to clean up after a service that has just ended.
const reaperMs = 500

/**
 * By mitra's own record alone: a process is never judged by its name. With the docker engine no native
 * service of this workspace may run; with either, no pid file may outlive its process.
 */
export async function findLeftovers(
  base: string,
  engine: 'docker' | 'native',
): Promise<readonly Leftover[]> {
  const first = leftoversNow(base, engine)
  if (first.every(({pid}) => pid !== undefined)) return first
  await sleep(reaperMs)
  return leftoversNow(base, engine)
}

function leftoversNow(base: string, engine: 'docker' | 'native'): readonly Leftover[] {
  return serviceNames.flatMap((service) => leftoverOf(base, service, engine))
}

function leftoverOf(
  base: string,
  service: ServiceName,
  engine: 'docker' | 'native',
): readonly Leftover[] {
  const {pid, isPidFileThere} = readRecorded(join(base, 'run', service))
  if (pid !== undefined) return engine === 'docker' ? [{service, pid}] : []
  return isPidFileThere ? [{service, pid: undefined}] : []
}
