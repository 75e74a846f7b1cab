import type {UtcDay} from '../../ports/costs.js'
import type {Amount} from './amounts.js'

const dayMs = 86_400_000
/** Longer than any reservation; beyond is a slip of the pen. */
const longestDays = 3700

const written =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?$/

/**
 * A time of FOCUS in milliseconds: `2026-11-24T05:00:00Z`, as AWS writes it too
 * (`2026-11-24 05:00:00`), or a day. Without a zone it is UTC, as the standard says. Undefined for
 * anything else.
 */
export function chargeTime(text: string): number | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone] =
    written.exec(text) ?? []
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day))
  // 30 February would slide into March.
  if (Number.isNaN(midnight) || dayText(midnight) !== `${year}-${month}-${day}`) return undefined
  const time = midnight + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000
  return time - offsetMs(zone)
}

function offsetMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '') ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** Days since 1970, UTC. */
export type DayNumber = number

export function dayNumber(time: number): DayNumber {
  return Math.floor(time / dayMs)
}

export function dayOfNumber(day: DayNumber): UtcDay {
  return dayText(day * dayMs)
}

function dayText(time: number): UtcDay {
  return new Date(time).toISOString().slice(0, 10)
}

/** Undefined when it ends before it starts, or only years later. */
export function isLongerThanADay(start: number, end: number): boolean | undefined {
  if (end < start || end - start > longestDays * dayMs) return undefined
  return end - start > dayMs
}

/**
 * An amount over the days that a period touches, in proportion to the time in each; the parts add up
 * to the whole, to the last 10^-12.
 */
export function spread(
  {whole, pico}: Amount,
  start: number,
  end: number,
): readonly (readonly [DayNumber, Amount])[] {
  const amount = BigInt(whole) * onePico + BigInt(pico)
  const first = dayNumber(start)
  const days = Math.ceil(end / dayMs) - first
  const length = BigInt(end - start)
  const upTo = (time: number) => (amount * BigInt(Math.min(time, end) - start)) / length
  return Array.from({length: days}, (_, index) => {
    const day = first + index
    const part = upTo((day + 1) * dayMs) - (index === 0 ? 0n : upTo(day * dayMs))
    return [day, {whole: Number(part / onePico), pico: Number(part % onePico)}] as const
  })
}

const onePico = 10n ** 12n
