import * as v from 'valibot'
import type {CostPhase, CostPlan, Roadmap} from '../../ports/cost-plan.js'
import {didYouMean, readCheckedYaml, type CheckedYaml} from '../checked-yaml.js'
import {amount, amountIn, currencyCode, gst, name, percent, title, wholeCount} from './amounts.js'

const phase = v.strictObject({
  name,
  title,
  users: wholeCount,
  budgetPerMonth: amount,
  shares: v.record(v.string(), percent),
})

const category = v.strictObject({
  title,
  within: v.optional(name),
  services: v.array(title, 'expected a list of services'),
})

const stage = v.strictObject({
  title,
  months: v.pipe(
    v.union([v.number(), v.string()], 'expected months such as 7-12'),
    v.transform(String),
    v.regex(/^\d{1,3}(-\d{1,3})?$/, 'expected months such as 7-12'),
  ),
  phase: name,
})

const phasesFile = v.strictObject({
  currency: currencyCode,
  gst: v.optional(gst, 'excluded'),
  hysteresisPercent: v.optional(percent, 10),
  phases: v.pipe(v.array(phase, 'expected a list of phases'), v.minLength(1, 'expected a phase')),
  categories: v.record(v.string(), category),
  roadmap: v.strictObject({
    startUsers: wholeCount,
    stages: v.pipe(v.array(stage, 'expected a list'), v.minLength(1, 'expected a stage')),
  }),
})

type Written = CheckedYaml<v.InferOutput<typeof phasesFile>>

/** Budgets by phase, their division and the roadmap; every mistake names its line. */
export function parseCostPlan(file: string, text: string): CostPlan {
  const written = readCheckedYaml(file, text, phasesFile)
  const {currency, gst: tax, hysteresisPercent, phases, categories} = written.value
  checkCategories(written)
  checkPhases(written)
  return {
    file,
    currency,
    includesGst: tax === 'included',
    hysteresisPercent,
    phases: phases.map(({shares, budgetPerMonth, ...rest}): CostPhase => ({
      ...rest,
      budgetPerMonth: amountIn(currency, budgetPerMonth),
      shares: new Map(Object.entries(shares)),
    })),
    categories: Object.entries(categories).map(([key, {title: shown, within, services}]) => ({
      name: key,
      title: shown,
      within,
      services,
    })),
    roadmap: roadmapOf(written),
  }
}

function checkPhases({value, refuse}: Written): void {
  const known = Object.keys(value.categories)
  const taken = new Set<string>()
  for (const [at, {name: called, users, shares}] of value.phases.entries()) {
    if (taken.has(called)) throw refuse(['phases', at, 'name'], `there are two of ${called}.`)
    taken.add(called)
    const before = value.phases[at - 1]
    if (before !== undefined && before.users >= users) {
      const message = `${users} is not more than the ${before.users} of ${before.name} before it.`
      throw refuse(['phases', at, 'users'], message)
    }
    for (const key of Object.keys(shares)) {
      if (known.includes(key)) continue
      const message = `there is no category ${JSON.stringify(key)}.`
      throw refuse(['phases', at, 'shares', key], message, didYouMean(key, known))
    }
    const sum = Object.values(shares).reduce((all, share) => all + share, 0)
    if (Math.abs(sum - 100) < 1e-9) continue
    const message = `the shares sum to ${Number(sum.toFixed(2))}, not to 100.`
    throw refuse(['phases', at, 'shares'], message)
  }
}

function checkCategories({value, refuse}: Written): void {
  const owners = new Map<string, string>()
  for (const [key, {within, services}] of Object.entries(value.categories)) {
    const others = Object.keys(value.categories).filter((other) => other !== key)
    if (key === 'other') {
      throw refuse(['categories', key], 'other is what no category names; it is not written.')
    }
    if (within !== undefined && !others.includes(within)) {
      const message = `there is no category ${JSON.stringify(within)}.`
      throw refuse(['categories', key, 'within'], message, didYouMean(within, others))
    }
    if (within !== undefined && value.categories[within]?.within !== undefined) {
      throw refuse(['categories', key, 'within'], `${within} lies within another one itself.`)
    }
    for (const [at, service] of services.entries()) {
      const owner = owners.get(service)
      if (owner !== undefined) {
        const message = `${JSON.stringify(service)} belongs to ${owner} already.`
        throw refuse(['categories', key, 'services', at], message)
      }
      owners.set(service, key)
    }
  }
}

function roadmapOf({value, refuse}: Written): Roadmap {
  const names = value.phases.map((one) => one.name)
  let next = 1
  const stages = value.roadmap.stages.map(({months, phase: called, title: shown}, at) => {
    const path = ['roadmap', 'stages', at]
    if (!names.includes(called)) {
      const message = `there is no phase ${JSON.stringify(called)}.`
      throw refuse([...path, 'phase'], message, didYouMean(called, names))
    }
    const [first = 0, last = first] = months.split('-').map(Number)
    if (first !== next || last < first) {
      throw refuse([...path, 'months'], `expected months from ${next} on, got ${months}.`)
    }
    next = last + 1
    return {title: shown, firstMonth: first, lastMonth: last, phase: called}
  })
  return {startUsers: value.roadmap.startUsers, stages}
}
