import {MitraError} from '../../errors.js'
import type {CostCategory, CostPhase, CostPlan} from '../../ports/cost-plan.js'
import type {MinorMoney} from '../../ports/money.js'
import {splitByWeights} from './pico-parts.js'

/** Services that no category names. */
export const otherCategory = 'other'

export interface CategoryBudget {
  readonly name: string
  readonly title: string
  /** Percent of the whole. */
  readonly share: number
  readonly budget: MinorMoney
}

/** The budget of one month. */
export interface PhaseBudget {
  readonly phase: string
  readonly title: string
  /** The users that the phase is made for. */
  readonly users: number
  readonly total: MinorMoney
  readonly includesGst: boolean
  /** Add up to the total, to the paisa. */
  readonly categories: readonly CategoryBudget[]
}

export interface PhaseChoice {
  /** Named by whoever asks; wins. Throws UNKNOWN_PHASE. */
  readonly phase?: string | undefined
  readonly users?: number | undefined
  /** The phase of the last report: kept until the users have passed a border by the hysteresis. */
  readonly previous?: string | undefined
}

/** The budget of the phase that was named, or of the one that the users fall into; else the first. */
export function budgetFor(plan: CostPlan, choice: PhaseChoice): PhaseBudget {
  const phase = choosePhase(plan, choice)
  const names = [...phase.shares.keys()]
  const amounts = splitByWeights(phase.budgetPerMonth.minor, [...phase.shares.values()])
  const {currency} = phase.budgetPerMonth
  return {
    phase: phase.name,
    title: phase.title,
    users: phase.users,
    total: phase.budgetPerMonth,
    includesGst: plan.includesGst,
    categories: names.map((name, at) => ({
      name,
      title: plan.categories.find((one) => one.name === name)?.title ?? name,
      share: phase.shares.get(name) ?? 0,
      budget: {minor: amounts[at] ?? 0, currency},
    })),
  }
}

/** The phase by name, or the smallest that is made for so many users, or the largest. */
export function choosePhase(plan: CostPlan, {phase, users, previous}: PhaseChoice): CostPhase {
  const [first] = plan.phases
  const last = plan.phases.at(-1)
  if (first === undefined || last === undefined) throw noPhase('', plan)
  if (phase !== undefined) {
    const named = plan.phases.find(({name}) => name === phase)
    if (named === undefined) throw noPhase(phase, plan)
    return named
  }
  if (users === undefined) return plan.phases.find(({name}) => name === previous) ?? first
  const wanted = phaseOf(plan, users)
  const kept = plan.phases.find(({name}) => name === previous)
  return kept !== undefined && isNear(plan, kept, users) ? kept : wanted
}

/**
 * The category of a service in the budget of a phase: its own, or the one that this lies within where
 * the phase gives it no share; `other` where neither has one.
 */
export function categoryOf(plan: CostPlan, phase: string, service: string): string {
  const {shares} = choosePhase(plan, {phase})
  const found = categoryNaming(plan.categories, service)
  if (found === undefined) return otherCategory
  if (shares.has(found.name)) return found.name
  return found.within !== undefined && shares.has(found.within) ? found.within : otherCategory
}

function categoryNaming(
  categories: readonly CostCategory[],
  service: string,
): CostCategory | undefined {
  const exact = categories.find(({services}) => services.includes(service))
  return (
    exact ?? categories.find(({services}) => services.some((one) => namesService(one, service)))
  )
}

/** Whether `Amazon Aurora*` or a whole name means this service. */
export function namesService(pattern: string, service: string): boolean {
  return pattern.endsWith('*') ? service.startsWith(pattern.slice(0, -1)) : pattern === service
}

function phaseOf(plan: CostPlan, users: number): CostPhase {
  const found = plan.phases.find((phase) => users <= phase.users) ?? plan.phases.at(-1)
  if (found === undefined) throw noPhase('', plan)
  return found
}

/** Within the borders of a phase, each moved outwards by the hysteresis. */
function isNear(plan: CostPlan, phase: CostPhase, users: number): boolean {
  const at = plan.phases.indexOf(phase)
  const lower = plan.phases[at - 1]?.users ?? 0
  const upper = at === plan.phases.length - 1 ? Number.POSITIVE_INFINITY : phase.users
  const margin = plan.hysteresisPercent / 100
  return users > lower * (1 - margin) && users <= upper * (1 + margin)
}

function noPhase(phase: string, plan: CostPlan): MitraError {
  return new MitraError('usage', 'UNKNOWN_PHASE', `There is no phase ${JSON.stringify(phase)}.`, {
    hints: [`${plan.file} has ${plan.phases.map(({name}) => name).join(', ')}.`],
  })
}
