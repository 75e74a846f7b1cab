import type {CostQuantity, UsageFigures} from '../../../ports/cost-plan.js'

/** Hours of a mean month, as AWS counts them in its prices. */
export const monthHours = 730

export type Quantities = Readonly<Record<CostQuantity, number>>

/** Sizes that people look at; not billed as such. */
export interface Sizing {
  readonly requests: number
  readonly peakPerSecond: number
  readonly tasks: number
  readonly acus: number
  readonly databaseGb: number
  readonly storageGb: number
  readonly transferGb: number
}

/** What a month with so many users uses in one region. No quantity falls when users rise. */
export function quantitiesFor(users: number, usage: UsageFigures): Quantities {
  const {requests, tasks, acus, databaseGb, storageGb, transferGb} = sizingFor(users, usage)
  const cacheGb = Math.max(usage.leastCacheGb, (users * usage.cacheMbPerUser) / 1024)
  return {
    hours: monthHours,
    requests,
    millionRequests: requests / 1e6,
    vcpuHours: tasks * usage.taskVcpu * monthHours,
    memoryGbHours: tasks * usage.taskMemoryGb * monthHours,
    acuHours: acus * monthHours,
    databaseGb,
    storageGb,
    transferGb,
    logGb: (requests * usage.logKbPerRequest) / 1024 ** 2,
    cacheGbHours: cacheGb * monthHours,
    millionTraces: requests / usage.requestsPerTrace / 1e6,
    textUnits: users * usage.textsPerUser,
  }
}

/**
 * Tasks are started for the busiest hour and are there half of the time on the mean; capacity of the
 * database follows in steps of half an ACU.
 */
export function sizingFor(users: number, usage: UsageFigures): Sizing {
  const requests = users * usage.requestsPerUser
  const peakPerSecond = (requests / (monthHours * 3600)) * usage.peakFactor
  const mean = peakPerSecond * meanOfPeak
  return {
    requests,
    peakPerSecond,
    tasks: Math.max(usage.leastTasks, Math.ceil(mean / usage.requestsPerTaskSecond)),
    acus: Math.max(usage.leastAcus, Math.ceil((mean / usage.requestsPerAcuSecond) * 2) / 2),
    databaseGb: (users * usage.databaseMbPerUser) / 1024,
    storageGb: (users * usage.storageMbPerUser) / 1024,
    transferGb: (requests * usage.transferKbPerRequest) / 1024 ** 2,
  }
}

const meanOfPeak = 0.5
