import {closest, distance} from 'fastest-levenshtein'
import {MitraError} from '../../errors.js'
import {serviceNames, type ServiceName} from '../../ports/stack.js'

// The programs people know the object store by.
const otherNames: Readonly<Record<string, ServiceName>> = {
  minio: 'object-store',
  s3: 'object-store',
  versitygw: 'object-store',
  valkey: 'redis',
  postgresql: 'postgres',
}

/** What is named on the command line. */
export interface KeptNames {
  readonly services: readonly ServiceName[]
  readonly backend: boolean
  /** The backend was asked for by its name. */
  readonly isNamed: boolean
}

/** The services and the backend as named; all of them when none is. */
export function keptNamed(words: readonly string[]): KeptNames {
  if (words.length === 0) return {services: serviceNames, backend: true, isNamed: false}
  const isNamed = words.includes('backend')
  const services = words.filter((word) => word !== 'backend').map(serviceNamed)
  return {services: [...new Set(services)], backend: isNamed, isNamed}
}

function serviceNamed(word: string): ServiceName {
  const name = serviceNames.find((known) => known === word) ?? otherNames[word]
  if (name !== undefined) return name
  const known = [...serviceNames, 'backend']
  const near = closest(word, known)
  throw new MitraError('usage', 'UNKNOWN_SERVICE', `No such service: ${word}.`, {
    hints: [
      ...(distance(word, near) <= 2 ? [`Did you mean ${near}?`] : []),
      `The services are ${known.join(', ')}.`,
    ],
  })
}
