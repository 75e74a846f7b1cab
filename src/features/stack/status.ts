import type {ServiceName, ServiceState, ServiceStatus} from '../../ports/stack.js'
import {serviceNames} from '../../ports/stack.js'

/** One service as `status` and `up` print it. */
export interface ServiceView {
  readonly name: ServiceName
  readonly kind: string
  readonly state: ServiceState
  readonly url: string
  readonly port: number
  readonly memoryBytes: number | null
  readonly version: string | null
  /** Only when it failed. */
  readonly failure?: {readonly cause: string; readonly lastLines: readonly string[]}
}

/** In the order of the table of services; `null` in JSON where a value is unknown. */
export function serviceViews(
  states: ReadonlyMap<ServiceName, ServiceStatus>,
): readonly ServiceView[] {
  return serviceNames.flatMap((name) => {
    const status = states.get(name)
    if (status === undefined) return []
    const {kind, state, url, port, memoryBytes = null, version = null, failure} = status
    const view = {name, kind, state, url, port, memoryBytes, version}
    return [failure === undefined ? view : {...view, failure}]
  })
}

/** "23 MB"; empty when nothing runs. */
export function memoryText(bytes: number | null): string {
  return bytes === null ? '' : `${Math.round(bytes / 1_000_000)} MB`
}
