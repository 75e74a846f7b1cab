import {expect, test} from 'vitest'
import {inZone} from '../../../../src/features/cost/schedule/zone.js'

const november = new Date('2026-11-24T03:30:00Z')
const july = new Date('2026-07-24T03:30:00Z')
const nine = {hour: 9, minute: 0}

test.each([
  ['Asia/Kolkata', 'UTC', november, 3, 30],
  ['UTC', 'Asia/Kolkata', november, 14, 30],
  ['Asia/Kolkata', 'Asia/Calcutta', november, 9, 0],
  ['Asia/Kolkata', 'America/Los_Angeles', november, 19, 30],
  ['Asia/Kolkata', 'America/Los_Angeles', july, 20, 30],
  ['Pacific/Kiritimati', 'Pacific/Marquesas', november, 9, 30],
])('9:00 of %s in %s', (from, to, now, hour, minute) => {
  expect(inZone(nine, {from, to}, now).at).toEqual({hour, minute})
})

test('says when summer time will move it', () => {
  const shifts = (from: string, to: string) => inZone(nine, {from, to}, november).isShifting

  expect(shifts('Asia/Kolkata', 'Europe/London')).toBe(true)
  expect(shifts('Europe/Paris', 'Europe/Berlin')).toBe(false)
  expect(shifts('Asia/Kolkata', 'UTC')).toBe(false)
})

test('refuses what is no zone', () => {
  expect(() => inZone(nine, {from: 'India', to: 'UTC'}, november)).toThrow('no time zone "India"')
})
