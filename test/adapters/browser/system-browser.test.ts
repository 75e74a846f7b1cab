import {expect, test} from 'vitest'
import {openerOf} from '../../../src/adapters/browser/system-browser.js'

test.each([
  ['darwin', {}, 'open'],
  ['linux', {DISPLAY: ':0'}, 'xdg-open'],
  ['linux', {WAYLAND_DISPLAY: 'wayland-0'}, 'xdg-open'],
  ['linux', {WSL_DISTRO_NAME: 'Debian'}, 'wslview'],
  ['linux', {DISPLAY: ''}, undefined],
  ['linux', {}, undefined],
] as const)('on %s with %j a URL goes to %s', (platform, environment, opener) => {
  expect(openerOf(platform, environment)).toBe(opener)
})
