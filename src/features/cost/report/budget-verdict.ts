import type {CostPlan} from '../../../ports/cost-plan.js'
import type {CostLine} from '../../../ports/costs.js'
import {toMinor, type MinorMoney} from '../../../ports/money.js'
import {categoryOf, otherCategory, type PhaseBudget} from '../budgets.js'
import {apportion, sumOf} from './apportion.js'
import type {BudgetState, BudgetVerdict, CategoryVerdict, ForecastFacts} from './cost-report.js'
import {billedBy} from './month-sums.js'
import {recordClass} from './record-types.js'

/**
 * What counts against the budget: all charges, less refunds. Credits pay for a part of them for a
 * while and change nothing about what the platform costs; tax counts where the budget has it in it.
 */
export function countsAgainst({includesGst}: PhaseBudget): (line: CostLine) => boolean {
  return ({recordType}) => {
    const kind = recordClass(recordType)
    return kind !== 'credit' && (includesGst || kind !== 'tax')
  }
}

interface VerdictOf {
  readonly budget: PhaseBudget
  readonly plan: CostPlan
  /** The lines of the days counted that count against it. */
  readonly lines: readonly CostLine[]
  readonly currency: string
  readonly forecast: ForecastFacts | null
}

/** The budget is in the report's currency. */
export function budgetVerdict(from: VerdictOf): BudgetVerdict {
  const {budget, lines, currency, forecast} = from
  const byCategory = billedBy(lines, ({service}) => categoryOf(from.plan, budget.phase, service))
  const spent = toMinor({currency, pico: sumOf([...byCategory.values()])})
  const limit = budget.total.minor
  const money = (minor: number): MinorMoney => ({minor, currency})
  return {
    phase: budget.phase,
    title: budget.title,
    users: budget.users,
    includesGst: budget.includesGst,
    budget: budget.total,
    spent: money(spent),
    left: money(limit - spent),
    usedPercent: percentOf(spent, limit),
    forecastPercent: forecast === null ? null : percentOf(forecast.expected.minor, limit),
    state: stateOf(spent, limit, forecast),
    categories: categoryVerdicts(budget, {byCategory, currency, spent}),
  }
}

function categoryVerdicts(
  {categories}: PhaseBudget,
  {
    byCategory,
    currency,
    spent,
  }: {
    readonly byCategory: ReadonlyMap<string, bigint>
    readonly currency: string
    readonly spent: number
  },
): readonly CategoryVerdict[] {
  const other = {name: otherCategory, title: 'Other', budget: {minor: 0, currency}}
  const rows = byCategory.has(otherCategory) ? [...categories, other] : categories
  const amounts = apportion(
    rows.map(({name}) => byCategory.get(name) ?? 0n),
    currency,
    spent,
  )
  return rows.map(({name, title, budget}, at) => {
    const minor = amounts[at] ?? 0
    const usedPercent = budget.minor === 0 ? null : percentOf(minor, budget.minor)
    return {name, title, budget, spent: {minor, currency}, usedPercent}
  })
}

function stateOf(spent: number, limit: number, forecast: ForecastFacts | null): BudgetState {
  if (spent > limit) return 'over'
  if (forecast === null) return 'within'
  if (forecast.expected.minor > limit) return 'willExceed'
  return forecast.high.minor > limit ? 'mayExceed' : 'within'
}

/** To one decimal; what is over is never rounded down to 100. */
export function percentOf(part: number, whole: number): number {
  if (whole === 0) return part === 0 ? 0 : 100
  const exact = (part / whole) * 100
  const rounded = Math.round(exact * 10) / 10
  return part > whole && rounded <= 100 ? 100.1 : rounded
}
