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

/** The services named on the command line; all of them when none is. */
export function servicesNamed(words: readonly string[]): readonly ServiceName[] {
  if (words.length === 0) return serviceNames
  return [...new Set(words.map(serviceNamed))]
}

function serviceNamed(word: string): ServiceName {
  const name = serviceNames.find((known) => known === word) ?? otherNames[word]
  if (name !== undefined) return name
  const near = closest(word, [...serviceNames])
  throw new MitraError('usage', 'UNKNOWN_SERVICE', `No such service: ${word}.`, {
    hints: [
      ...(distance(word, near) <= 2 ? [`Did you mean ${near}?`] : []),
      `The services are ${serviceNames.join(', ')}.`,
    ],
  })
}
