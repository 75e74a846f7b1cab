import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  budgetFor,
  categoryOf,
  choosePhase,
  otherCategory,
} from '../../../src/features/cost/budgets.js'
import {splitByWeights} from '../../../src/features/cost/pico-parts.js'
import {loadCostFiles} from '../../../src/config/cost/load-cost-files.js'

const {plan} = await loadCostFiles(undefined, {phases: '', subscriptions: '', exchangeRates: ''})

test('the parts of a budget add up to it, to the paisa', () => {
  for (const {name, budgetPerMonth} of plan.phases) {
    const {categories, total} = budgetFor(plan, {phase: name})
    expect(categories.reduce((all, {budget}) => all + budget.minor, 0)).toBe(total.minor)
    expect(total).toEqual(budgetPerMonth)
  }
})

test('whatever is divided by whatever weights, the parts add up and none is off by one or more', () => {
  fc.assert(
    fc.property(
      fc.nat(1e12),
      fc.array(fc.integer({min: 0, max: 1000}), {minLength: 1, maxLength: 20}),
      (whole, weights) => {
        fc.pre(weights.some((weight) => weight > 0))
        const parts = splitByWeights(whole, weights)
        const sum = weights.reduce((all, weight) => all + weight, 0)
        expect(parts.reduce((all, part) => all + part, 0)).toBe(whole)
        for (const [at, part] of parts.entries()) {
          expect(Math.abs(part - (whole * (weights[at] ?? 0)) / sum)).toBeLessThanOrEqual(1)
        }
      },
    ),
    {numRuns: 500},
  )
})

test.each([
  [1, 'mvp'],
  [700, 'mvp'],
  [701, 'growth'],
  [5_000, 'growth'],
  [50_000, 'scale'],
  [500_000, 'enterprise'],
  [9_000_000, 'enterprise'],
])('%d users are in the phase %s', (users, phase) => {
  expect(choosePhase(plan, {users}).name).toBe(phase)
})

test('a phase is kept until the users have passed its border by a tenth', () => {
  const phase = (users: number, previous: string) => choosePhase(plan, {users, previous}).name

  expect([phase(750, 'mvp'), phase(771, 'mvp')]).toEqual(['mvp', 'growth'])
  expect([phase(650, 'growth'), phase(630, 'growth')]).toEqual(['growth', 'mvp'])
  expect(phase(40_000, 'mvp')).toBe('scale')
})

test('a phase that was named wins over the users; an unknown one names the known', () => {
  expect(choosePhase(plan, {phase: 'scale', users: 1}).name).toBe('scale')
  expect(() => choosePhase(plan, {phase: 'big'})).toThrow(/There is no phase "big"/)
})

test('a service counts to its category, or to the one around it where the phase has no share', () => {
  expect(categoryOf(plan, 'growth', 'Amazon Elastic Load Balancing')).toBe('loadBalancing')
  expect(categoryOf(plan, 'mvp', 'Amazon Elastic Load Balancing')).toBe('network')
  expect(categoryOf(plan, 'mvp', 'Amazon Aurora PostgreSQL')).toBe('database')
  expect(categoryOf(plan, 'mvp', 'EC2 - Other')).toBe('network')
  expect(categoryOf(plan, 'mvp', 'Amazon Braket')).toBe(otherCategory)
})
