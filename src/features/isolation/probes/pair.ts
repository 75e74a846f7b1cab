import {randomBytes, randomUUID} from 'node:crypto'
import type {RegisteredTenant} from '../registry.js'
import type {CanarySeed} from './canary.js'

/** One tenant that tries, and the one whose rows it must not reach. */
export interface ProbePair {
  readonly own: RegisteredTenant
  /** Undefined where there is no second tenant: its rows are then made up in the own schema alone. */
  readonly other: RegisteredTenant | undefined
  readonly otherId: string
  readonly ownSeed: CanarySeed
  readonly otherSeed: CanarySeed
}

/** Made-up values are new in each run: two runs at once do not meet. */
export function probePair(own: RegisteredTenant, other: RegisteredTenant | undefined): ProbePair {
  const otherId = other?.id ?? randomUUID()
  return {
    own,
    other,
    otherId,
    ownSeed: freshSeed(own.id),
    otherSeed: freshSeed(otherId),
  }
}

/** Values that no other row has. */
export function freshSeed(tenantId: string): CanarySeed {
  const random = randomBytes(8)
  return {
    tenantId,
    uuid: randomUUID(),
    text: `${random.toString('hex')} mitra canary`,
    number: 1000 + (random.readUInt32BE(0) % 8000),
  }
}
