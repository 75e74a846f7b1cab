import {MitraError} from '../../../errors.js'
import type {ScheduledCommand} from '../../../ports/schedule.js'

type TimeOfDay = ScheduledCommand['at']

/** A time of day in two zones. */
export interface ZonedTime {
  readonly at: TimeOfDay
  /** One zone has summer time and the other has not, or at other dates: half of the year it is an hour off. */
  readonly isShifting: boolean
}

/** What the clock of the other zone shows at that time, as things are at `now`. Throws SCHEDULE_ZONE. */
export function inZone(
  {hour, minute}: TimeOfDay,
  zones: {readonly from: string; readonly to: string},
  now: Date,
): ZonedTime {
  const gap = (date: Date) => offsetMinutes(zones.to, date) - offsetMinutes(zones.from, date)
  const day = 24 * 60
  const minutes = (((hour * 60 + minute + gap(now)) % day) + day) % day
  const year = now.getUTCFullYear()
  const [winter, summer] = [0, 6].map((month) => gap(new Date(Date.UTC(year, month, 1))))
  return {
    at: {hour: Math.floor(minutes / 60), minute: minutes % 60},
    isShifting: winter !== summer,
  }
}

/** East of Greenwich is positive. */
function offsetMinutes(zone: string, date: Date): number {
  const parts = formatIn(zone).formatToParts(date)
  const name = parts.find(({type}) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = 0, minutes = 0] = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en', {timeZone, timeZoneName: 'longOffset'})
  } catch (cause) {
    throw new MitraError(
      'usage',
      'SCHEDULE_ZONE',
      `There is no time zone ${JSON.stringify(timeZone)}.`,
      {
        hints: ['Write it as Asia/Kolkata or UTC.'],
        cause,
      },
    )
  }
}
