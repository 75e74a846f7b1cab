import fc from 'fast-check'
import {expect, test} from 'vitest'
import {loadCostDrivers} from '../../../../src/config/cost/load-cost-files.js'
import {modelledMonth} from '../../../../src/features/cost/project/modelled.js'
import {projectorOf} from '../../../../src/features/cost/project/projection.js'
import {monthHours, quantitiesFor} from '../../../../src/features/cost/project/quantities.js'
import {roadmapMonths} from '../../../../src/features/cost/project/roadmap.js'
import {costQuantities} from '../../../../src/ports/cost-plan.js'
import {addDays} from '../../../../src/features/cost/calendar.js'
import {ledgerOf, lineOf, shippedFiles} from '../report/reports.js'

const {plan} = shippedFiles
const drivers = await loadCostDrivers(undefined, {path: '', plan})
const someUsers = fc.integer({min: 1, max: 2_000_000})
const somePhase = fc.constantFrom(...plan.phases.map(({name}) => name))

test('more users never need less of anything, nor cost less', () => {
  fc.assert(
    fc.property(someUsers, someUsers, somePhase, (a, b, phase) => {
      const [fewer, more] = a < b ? [a, b] : [b, a]
      const [first, second] = [fewer, more].map((users) => quantitiesFor(users, drivers.usage))
      for (const name of costQuantities) {
        expect(second?.[name]).toBeGreaterThanOrEqual(first?.[name] ?? Number.NaN)
      }
      const cost = (users: number) =>
        [...modelledMonth({users, phase}, {drivers, plan}).values()].reduce((x, y) => x + y, 0n)
      expect(cost(more) >= cost(fewer)).toBe(true)
    }),
    {numRuns: 2000},
  )
})

test('corrected by a bill of its own it changes nothing: every factor is one', () => {
  fc.assert(
    fc.property(fc.integer({min: 100, max: 700}), (users) => {
      const observed = {ledger: ownBill(users), asOf: '2026-11-24', users}
      const from = {drivers, files: shippedFiles, gstPercent: 18, today: '2026-11-24'}
      const projector = projectorOf({...from, observed})
      const plain = projectorOf({...from, observed: undefined})

      expect(projector.calibration?.carried).toEqual([])
      expect(projector.calibration?.factors.map(({factor}) => factor)).toEqual(
        projector.calibration?.factors.map(() => 1),
      )
      const [corrected, modelled] = [projector, plain].map((one) =>
        one.month({users, phase: 'mvp'}),
      )
      expect(Math.abs((corrected?.cloud.minor ?? 0) - (modelled?.cloud.minor ?? 0))).toBeLessThan(3)
    }),
    {numRuns: 20},
  )
})

/** Sixty days, each with the model's 24 of 730 hours. */
function ownBill(users: number) {
  const lines = [...modelledMonth({users, phase: 'mvp'}, {drivers, plan})].flatMap(
    ([service, cost]) =>
      Array.from({length: 60}, (_, back) => {
        const line = lineOf({day: addDays('2026-11-24', back - 59), service, currency: 'USD'})
        const pico = (cost * 24n) / BigInt(monthHours)
        return {...line, billed: pico, amortized: pico}
      }),
  )
  return {
    ...ledgerOf([]),
    currency: 'USD',
    lines: lines.toSorted((a, b) => (a.day < b.day ? -1 : 1)),
  }
}

test('the roadmap reaches the users of each phase in its last month, and never falls', () => {
  const months = roadmapMonths(plan, 24)

  expect(months.map(({month}) => month)).toEqual(Array.from({length: 24}, (_, at) => at + 1))
  expect([months[0], months[5], months[11], months[23]].map((one) => one?.users)).toEqual([
    50, 700, 5000, 50_000,
  ])
  for (const [at, one] of months.entries()) {
    expect(one.users).toBeGreaterThanOrEqual(months[at - 1]?.users ?? 1)
  }
})

test('services come with the phase that has them first, in as many regions as it runs in', () => {
  const services = (phase: string) => [
    ...modelledMonth({users: 700, phase}, {drivers, plan}).keys(),
  ]
  const tasks = (phase: string) =>
    modelledMonth({users: 700, phase}, {drivers, plan}).get('Amazon Elastic Container Service') ??
    0n

  expect(services('mvp')).not.toContain('AWS WAF')
  expect(services('growth')).toContain('AWS WAF')
  expect(tasks('scale')).toBe(tasks('growth') * 2n)
})
