/** A UTC time in the zone of the person who reads it, `2026-11-24 19:45:02`. */
export function localTime(iso: string): string {
  // Swedish writes dates as ISO does.
  return new Intl.DateTimeFormat('sv-SE', {dateStyle: 'short', timeStyle: 'medium'}).format(
    new Date(iso),
  )
}
