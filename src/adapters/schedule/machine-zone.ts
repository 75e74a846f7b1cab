import {readFile, realpath} from 'node:fs/promises'

/** The zone of the machine, which cron and launchd keep to whatever TZ is set here. */
export async function machineZone(): Promise<string> {
  if (!process.env['TZ']) return ownZone()
  const linked = await realpath('/etc/localtime').catch(() => '')
  const [, zone] = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(linked) ?? []
  if (zone !== undefined) return zone
  const named = (await readFile('/etc/timezone', 'utf8').catch(() => '')).trim()
  return named === '' ? 'UTC' : named
}

function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
