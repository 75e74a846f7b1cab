import type {BackendStatus} from '../../ports/kept-backend.js'
import type {KeptName, ServiceName, ServiceState, ServiceStatus} from '../../ports/stack.js'
import {serviceNames} from '../../ports/stack.js'

/** One service as `status` and `up` print it. */
export interface ServiceView {
  readonly name: KeptName
  readonly kind: string
  readonly state: ServiceState
  readonly url: string
  readonly port: number
  readonly memoryBytes: number | null
  readonly version: string | null
  /** Only when it failed. */
  readonly failure?: {readonly cause: string; readonly lastLines: readonly string[]}
}

/** In the order of the table of services, then the backend; `null` in JSON where a value is unknown. */
export function serviceViews(
  states: ReadonlyMap<ServiceName, ServiceStatus>,
  backend: readonly BackendStatus[] = [],
): readonly ServiceView[] {
  const services = serviceNames.flatMap((name) => states.get(name) ?? [])
  return [...services, ...backend].map((status) => {
    const {name, kind, state, url, port, memoryBytes = null, version = null, failure} = status
    const view = {name, kind, state, url, port, memoryBytes, version}
    return failure === undefined ? view : {...view, failure}
  })
}

/** "23 MB"; empty when nothing runs. */
export function memoryText(bytes: number | null): string {
  return bytes === null ? '' : `${Math.round(bytes / 1_000_000)} MB`
}
