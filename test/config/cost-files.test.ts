import {mkdir, mkdtemp, readFile, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parseExchangeRates} from '../../src/config/cost/exchange-rates.js'
import {loadCostFiles} from '../../src/config/cost/load-cost-files.js'
import {parseCostPlan} from '../../src/config/cost/phases.js'
import {parseSubscriptions} from '../../src/config/cost/subscriptions.js'
import {MitraError} from '../../src/errors.js'
import type {PriceKind} from '../../src/ports/cost-plan.js'
import {repositoryRoot} from '../support/cli.js'

const unset = {phases: '', subscriptions: '', exchangeRates: ''}

async function shipped(name: string): Promise<string> {
  return readFile(join(repositoryRoot, 'config', name), 'utf8')
}

async function edited(name: string, from: string, to: string) {
  const text = await shipped(name)
  expect(text).toContain(from)
  const line = text.slice(0, text.indexOf(from)).split('\n').length
  return {text: text.replace(from, to), line}
}

function refusalOf(parse: () => unknown): MitraError {
  try {
    parse()
  } catch (error) {
    if (error instanceof MitraError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function lineWith(text: string, part: string): number {
  return text.split('\n').findIndex((line) => line.includes(part)) + 1
}

test('the plan that mitra ships has the budgets of the design, and shares that sum to 100', async () => {
  const {plan} = await loadCostFiles(undefined, unset)

  const seen = plan.phases.map(({name, users, budgetPerMonth}) => [
    name,
    users,
    budgetPerMonth.minor,
  ])
  expect(seen).toEqual([
    ['mvp', 700, 15_000_00],
    ['growth', 5_000, 45_000_00],
    ['scale', 50_000, 150_000_00],
    ['enterprise', 500_000, 450_000_00],
  ])
  for (const {shares} of plan.phases) {
    expect([...shares.values()].reduce((all, share) => all + share, 0)).toBe(100)
  }
  expect(plan.roadmap.stages.map(({firstMonth, lastMonth}) => [firstMonth, lastMonth])).toEqual([
    [1, 6],
    [7, 12],
    [13, 24],
  ])
})

test('every subscription of the design is there, with one kind of price each', async () => {
  const {subscriptions} = await loadCostFiles(undefined, unset)

  const of = (wanted: PriceKind) =>
    subscriptions.subscriptions.filter(({kind}) => kind === wanted).length
  expect([of('monthly'), of('yearly'), of('perUse'), of('included')]).toEqual([17, 8, 7, 1])
  expect(subscriptions.subscriptions.filter(({section}) => section === 'production')).toHaveLength(
    26,
  )
})

test("a workspace's own files win over those shipped, a path that was set over both", async () => {
  const root = await mkdtemp(join(tmpdir(), 'mitra cost '))
  await mkdir(join(root, 'cost'))
  const text = await shipped('exchange-rates.yml')
  await writeFile(join(root, 'cost/exchange-rates.yml'), text.replace('88.00', '91.5'))
  await writeFile(join(root, 'bank.yml'), text.replace('88.00', '92.25'))

  const own = await loadCostFiles(root, unset)
  const set = await loadCostFiles(root, {...unset, exchangeRates: 'bank.yml'})

  expect(own.rates.rates[0]?.rate).toBe('91.5')
  expect(own.plan.file).toBe(join(repositoryRoot, 'config/phases.yml'))
  expect(set.rates.rates[0]?.rate).toBe('92.25')
})

test('a path that was set and is not there is named with its setting', async () => {
  const error = await loadCostFiles('/nowhere', {...unset, phases: 'x.yml'}).catch(
    (e: unknown) => e,
  )

  expect(error).toMatchObject({code: 'COST_FILE', message: 'There is no /nowhere/x.yml.'})
  expect(error).toMatchObject({hints: [expect.stringContaining('cost.phasesFile')]})
})

test.each([
  ['    users: 5000', '    usres: 5000', 'unknown key: phases[1].usres.', 'Did you mean users?'],
  [
    '    users: 5000',
    '    users: many',
    'phases[1].users: expected a whole number, got "many".',
    '',
  ],
  ['    users: 5000', '    users: 700', 'phases[1].users: 700 is not more than the 700 of mvp', ''],
  [
    '      compute: 53',
    '      compute: 54',
    'phases[0].shares: the shares sum to 101, not to 100.',
    '',
  ],
  [
    '      compute: 44',
    '      compuet: 44',
    'there is no category "compuet"',
    'Did you mean compute?',
  ],
  ['budgetPerMonth: 45000', 'budgetPerMonth: -5', 'budgetPerMonth: expected an amount', ''],
  ['gst: excluded', 'gst: exclude', 'gst: "exclude" is not known.', 'Did you mean excluded?'],
  ['months: 7-12', 'months: 8-12', 'months: expected months from 7 on, got 8-12.', ''],
  ['phase: growth}', 'phase: grow}', 'there is no phase "grow".', 'growth'],
  [
    'within: database',
    'within: databas',
    'there is no category "databas".',
    'Did you mean database?',
  ],
  ['- AWS WAF', '- AWS Lambda', '"AWS Lambda" belongs to compute already.', ''],
  ['  startUsers: 50', '', 'roadmap.startUsers: is missing.', ''],
])('phases.yml with %s -> %s is refused with its line', async (from, to, message, hint) => {
  const {text, line} = await edited('phases.yml', from, to)

  const error = refusalOf(() => parseCostPlan('/w/cost/phases.yml', text))

  expect(error.kind).toBe('config')
  expect(error.message).toContain(message)
  expect(error.hints.join(' ')).toContain(hint)
  // What is a matter of a whole list is refused at its first line.
  const whole = /sum to|is missing/.exec(message)?.[0]
  const at = {'sum to': lineWith(text, '    shares:'), 'is missing': lineWith(text, 'roadmap:')}
  expect(error.message).toContain(`phases.yml:${at[whole as keyof typeof at] ?? line} `)
})

test.each([
  [
    'monthly: 2000, bill: aws, services: [AWS WAF]',
    'montly: 2000',
    'unknown key: subscriptions[0].montly.',
    'Did you mean monthly?',
  ],
  [
    'monthly: 2000, bill: aws, services: [AWS WAF]',
    'monthly: 2000, yearly: 5',
    'it has monthly and yearly.',
    '',
  ],
  [
    'monthly: 2000, bill: aws, services: [AWS WAF]',
    'bill: aws, services: [AWS WAF]',
    'it has none.',
    '',
  ],
  [
    'monthly: 2000, bill: aws, services: [AWS WAF]',
    'monthly: 2000, bill: aws',
    'needs both bill and services',
    '',
  ],
  ['monthly: 2000, bill', 'monthly: {from: 9, to: 3}, bill', 'from 9 is more than to 3.', ''],
  ['monthly: 2000, bill', 'monthly: 2000.123, bill', 'expected an amount', ''],
  ['name: AWS GuardDuty', 'name: AWS waf', 'AWS waf is in production twice.', ''],
])('subscriptions.yml with %s -> %s is refused with its line', async (from, to, message, hint) => {
  const {text, line} = await edited('subscriptions.yml', from, to)

  const error = refusalOf(() => parseSubscriptions('subscriptions.yml', text))

  expect(error.message).toContain(message)
  expect(error.message).toMatch(new RegExp(`^subscriptions\\.yml:${line} `))
  expect(error.hints.join(' ')).toContain(hint)
})

test.each([
  ['rate: 88.00', 'rate: 0', 'rates[0].rate: expected a rate above zero such as 88.25, got 0.'],
  [
    'date: 2026-11-01',
    'date: 2026-02-30',
    'expected a day that the calendar has, got "2026-02-30".',
  ],
  ['to: INR', 'to: USD', 'USD to itself needs no rate.'],
  ['from: USD', 'from: usd', 'expected three capital letters such as INR, got "usd".'],
])('exchange-rates.yml with %s -> %s is refused with its line', async (from, to, message) => {
  const {text, line} = await edited('exchange-rates.yml', from, to)

  const error = refusalOf(() => parseExchangeRates('exchange-rates.yml', text))

  expect(error.message).toContain(message)
  expect(error.message).toMatch(new RegExp(`^exchange-rates\\.yml:${line} `))
})

test.each(['', '[]', 'phases', '- 1', '{', 'phases: &a [*a]'])(
  'a file that holds %j is refused, not crashed on',
  (text) => {
    const error = refusalOf(() => parseCostPlan('phases.yml', text))

    expect(error.message).toMatch(/^phases\.yml:\d+/)
  },
)
