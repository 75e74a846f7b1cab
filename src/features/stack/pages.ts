import {MitraError} from '../../errors.js'
import type {ServiceName, ServiceStatus} from '../../ports/stack.js'
import type {Ports} from '../../ports/workspace.js'

/** What a browser can show of the platform. */
export const pageNames = ['platform', 'api', 'console'] as const

export type PageName = (typeof pageNames)[number]

/** The URL of a page whose service answers; throws where it would show nothing. */
export function pageUrl(
  page: PageName,
  states: ReadonlyMap<ServiceName, ServiceStatus>,
  ports: Ports,
): string {
  const service = page === 'console' ? 'object-store' : 'nginx'
  const status = states.get(service)
  if (status?.state !== 'healthy') throw notUp(service, status)
  if (page === 'platform') return `http://127.0.0.1:${ports.nginx}/`
  if (page === 'api') return `http://127.0.0.1:${ports.nginx}/api/`
  if (status.kind === 'minio') return `http://127.0.0.1:${ports.objectStoreConsole}/`
  throw new MitraError('usage', 'NO_CONSOLE', `${status.kind} has no console.`, {
    hints: ['mitra setup --object-store minio gets MinIO, which has one.'],
  })
}

function notUp(service: ServiceName, status: ServiceStatus | undefined): MitraError {
  const state = status?.state ?? 'stopped'
  return new MitraError('notReady', 'PAGE_DOWN', `${service} is ${state}: nothing to open.`, {
    hints: [`mitra up ${service}`, `mitra logs ${service}`],
  })
}
