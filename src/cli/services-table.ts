import {memoryText, type ServiceView} from '../features/stack/status.js'
import {table} from './table.js'

/** Services as people read them, with the cause and last lines of what failed below. */
export function servicesTable(services: readonly ServiceView[]): string {
  const rows = services.map(({name, kind, version, state, url, memoryBytes}) => [
    name,
    state,
    url,
    memoryText(memoryBytes),
    version === null ? kind : `${kind} ${version}`,
  ])
  const failures = services.flatMap(({name, failure}) =>
    failure === undefined
      ? []
      : [`\n${name}: ${failure.cause}`, ...failure.lastLines.map((line) => `  ${line}`)],
  )
  return [table(['Service', 'State', 'URL', 'Memory', 'Program'], rows), ...failures].join('\n')
}
