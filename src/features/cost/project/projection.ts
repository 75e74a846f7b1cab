import type {CostDrivers, CostFiles, CostPhase, CostPlan} from '../../../ports/cost-plan.js'
import type {CostLedger, UtcDay} from '../../../ports/costs.js'
import type {MinorMoney} from '../../../ports/money.js'
import {budgetFor, categoryOf, choosePhase, otherCategory} from '../budgets.js'
import {convertMoney} from '../exchange.js'
import {apportion} from '../report/apportion.js'
import {percentOf} from '../report/budget-verdict.js'
import {convertedLedger} from '../report/converted-ledger.js'
import type {OutlookRow} from '../report/cost-report.js'
import {gstOn, outlook} from '../report/outlook.js'
import {summariseSubscriptions} from '../subscriptions.js'
import {corrected, factorsOf, observedMonth, type ServiceFactor} from './calibration.js'
import {modelledMonth} from './modelled.js'
import {sizingFor, type Sizing} from './quantities.js'

/** The bill that the model is corrected by, and how many users it is of. */
export interface ObservedBill {
  readonly ledger: CostLedger
  readonly asOf: UtcDay
  readonly users: number
}

interface ProjectionOf {
  readonly drivers: CostDrivers
  readonly files: CostFiles
  readonly gstPercent: number
  /** The day of the exchange rate. */
  readonly today: UtcDay
  readonly observed: ObservedBill | undefined
}

export interface ProjectedService {
  readonly service: string
  readonly category: string
  readonly amount: MinorMoney
  /** Not of the model: on the bill, and carried on as it is. */
  readonly isCarried: boolean
}

export interface ProjectedCategory {
  readonly name: string
  readonly title: string
  readonly budget: MinorMoney
  readonly amount: MinorMoney
}

/** A month with so many users; services and categories each add up to `cloud`. */
export interface ProjectedMonth {
  readonly users: number
  readonly phase: string
  readonly sizing: Sizing
  readonly services: readonly ProjectedService[]
  readonly categories: readonly ProjectedCategory[]
  /** Before tax. */
  readonly cloud: MinorMoney
  readonly budget: MinorMoney
  readonly usedPercent: number
  readonly isOver: boolean
  /** With subscriptions and GST, as in the report. */
  readonly outlook: readonly OutlookRow[]
  readonly total: MinorMoney
}

export interface Calibration {
  readonly users: number
  /** Inclusive. */
  readonly firstDay: UtcDay
  readonly lastDay: UtcDay
  readonly factors: readonly {
    readonly service: string
    readonly modelled: MinorMoney
    readonly observed: MinorMoney
    readonly factor: number
  }[]
  /** On the bill and not in the model. */
  readonly carried: readonly string[]
}

export interface Projector {
  readonly currency: string
  /** Undefined where there is no bill to correct it by. */
  readonly calibration: Calibration | undefined
  /** `1 USD = 88 INR on ...`; undefined where nothing is converted. */
  readonly rate: string | undefined
  /** `month` is one of the calendar, 1 to 12, for what is paid by the year. */
  month(wish: {
    readonly users: number
    readonly phase: string
    readonly month?: number
  }): ProjectedMonth
}

/** The model in the plan's currency, corrected by the bill where there is one. */
export function projectorOf(from: ProjectionOf): Projector {
  const {plan} = from.files
  const model = modelIn(from)
  const observed = from.observed === undefined ? undefined : observe(from, from.observed)
  const factors = new Map<string, ServiceFactor>()
  const carried = new Map<string, bigint>()
  let calibration: Calibration | undefined
  if (observed !== undefined) {
    const {users, byService, days} = observed
    const modelled = model.month({users, phase: choosePhase(plan, {users}).name})
    const known = new Set(from.drivers.services.map(({service}) => service))
    for (const factor of factorsOf(modelled, byService)) factors.set(factor.service, factor)
    for (const [service, sum] of byService) if (!known.has(service)) carried.set(service, sum)
    calibration = {
      users,
      ...days,
      factors: [...factors.values()].map((one) => shownFactor(one, plan.currency)),
      carried: [...carried.keys()].toSorted(),
    }
  }
  return {
    currency: plan.currency,
    calibration,
    rate: model.rate,
    month: (wish) => projected(from, {wish, model, factors, carried}),
  }
}

interface Model {
  readonly rate: string | undefined
  readonly month: (wish: {
    readonly users: number
    readonly phase: string
  }) => ReadonlyMap<string, bigint>
}

function modelIn({drivers, files, today}: ProjectionOf): Model {
  const {plan, rates} = files
  const inPlan = (pico: bigint) =>
    convertMoney({currency: drivers.currency, pico}, {to: plan.currency, day: today, rates})
  const {rate} = inPlan(1n)
  return {
    rate:
      rate === undefined
        ? undefined
        : `1 ${rate.from} = ${rate.rate} ${rate.to} on ${rate.day} (${rate.source})`,
    month: (wish) =>
      new Map(
        [...modelledMonth(wish, {drivers, plan})].map(([service, pico]) => [
          service,
          inPlan(pico).money.pico,
        ]),
      ),
  }
}

function observe({files}: ProjectionOf, {ledger, asOf, users}: ObservedBill) {
  const {plan, rates} = files
  const counted = ledger.window
  const bill = convertedLedger(ledger, {to: plan.currency, day: asOf, rates, counted})
  const seen = observedMonth(bill.ledger, asOf)
  if (seen === undefined) return undefined
  const lastDay = bill.ledger.lines.findLast(({day}) => day < seen.days.end)?.day ?? seen.days.start
  return {users, byService: seen.byService, days: {firstDay: seen.days.start, lastDay}}
}

function shownFactor({service, modelled, observed}: ServiceFactor, currency: string) {
  const [first = 0, second = 0] = [modelled, observed].map((one) => apportion([one], currency)[0])
  return {
    service,
    modelled: {minor: first, currency},
    observed: {minor: second, currency},
    factor: Math.round((Number(observed) / Number(modelled)) * 1000) / 1000,
  }
}

interface Projecting {
  readonly wish: {readonly users: number; readonly phase: string; readonly month?: number}
  readonly model: Model
  readonly factors: ReadonlyMap<string, ServiceFactor>
  readonly carried: ReadonlyMap<string, bigint>
}

function projected(from: ProjectionOf, projecting: Projecting): ProjectedMonth {
  const {files, gstPercent, drivers} = from
  const {plan} = files
  const {currency} = plan
  const {users, phase, month = 1} = projecting.wish
  const services = servicesOf(plan, projecting)
  const minor = services.reduce((all, {amount}) => all + amount.minor, 0)
  const {total: budget, includesGst} = budgetFor(plan, {phase})
  const against = includesGst ? minor + gstOn(minor, {currency, percent: gstPercent}) : minor
  const billedServices = services.map(({service}) => service)
  const {rows, total} = outlook({
    currency,
    cloud: {low: minor, expected: minor, high: minor},
    credits: 0,
    gstPercent,
    subscriptions: summariseSubscriptions(files.subscriptions, {month, billedServices}),
  })
  return {
    users,
    phase,
    sizing: sizingFor(users, drivers.usage),
    services,
    categories: categoriesOf(plan, choosePhase(plan, {phase}), services),
    cloud: {minor, currency},
    budget,
    usedPercent: percentOf(against, budget.minor),
    isOver: against > budget.minor,
    outlook: rows,
    total: total.expected,
  }
}

/** The dearest first; rounded so that they add up to the rounded whole. */
function servicesOf(
  plan: CostPlan,
  {wish, model, factors, carried}: Projecting,
): readonly ProjectedService[] {
  const {currency} = plan
  const modelled = [...model.month(wish)].map(([service, cost]) => ({
    service,
    cost: corrected(cost, factors.get(service)),
    isCarried: false,
  }))
  const kept = [...carried].map(([service, cost]) => ({service, cost, isCarried: true}))
  const parts = [...modelled, ...kept]
  const amounts = apportion(
    parts.map(({cost}) => cost),
    currency,
  )
  return parts
    .map(({service, isCarried}, at) => ({
      service,
      category: categoryOf(plan, wish.phase, service),
      amount: {minor: amounts[at] ?? 0, currency},
      isCarried,
    }))
    .toSorted((a, b) => b.amount.minor - a.amount.minor || (a.service < b.service ? -1 : 1))
}

function categoriesOf(
  plan: CostPlan,
  phase: CostPhase,
  services: readonly ProjectedService[],
): readonly ProjectedCategory[] {
  const {currency} = plan
  const sumOf = (name: string) =>
    services.reduce((all, one) => (one.category === name ? all + one.amount.minor : all), 0)
  const rows = budgetFor(plan, {phase: phase.name}).categories.map(({name, title, budget}) => ({
    name,
    title,
    budget,
    amount: {minor: sumOf(name), currency},
  }))
  const other = sumOf(otherCategory)
  if (other === 0) return rows
  const nothing = {minor: 0, currency}
  const amount = {minor: other, currency}
  return [...rows, {name: otherCategory, title: 'Other', budget: nothing, amount}]
}
