import {spawn} from 'node:child_process'
import type {Browser} from '../../ports/browser.js'

/** The browser that the desktop has chosen. */
export class SystemBrowser implements Browser {
  async open(url: string): Promise<boolean> {
    const program = openerOf(process.platform, process.env)
    return program === undefined ? false : hasStarted(program, url)
  }
}

/** The program that hands a URL to the desktop; undefined where there is no desktop. */
export function openerOf(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (platform === 'darwin') return 'open'
  if (environment['WSL_DISTRO_NAME'] !== undefined) return 'wslview'
  const hasDisplay = Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])
  return hasDisplay ? 'xdg-open' : undefined
}

/** True once the program runs; it may go on for as long as the browser does. */
function hasStarted(program: string, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, [url], {detached: true, stdio: 'ignore'})
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
