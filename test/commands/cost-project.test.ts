import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import CostProject from '../../src/commands/cost/project.js'
import {ledgerOf, steady} from '../features/cost/report/reports.js'
import {ReportDesk} from '../support/report-desk.js'
import {run} from '../support/run.js'

let desk: ReportDesk
beforeEach(() => {
  desk = new ReportDesk()
})
afterEach(() => desk.leave())

const project = (argv: readonly string[], tools = desk.tools()) => run(CostProject, argv, tools)

test('shows a month of so many users and the months of the roadmap, as one document too', async () => {
  const argv = ['--users', '5000', '--sample', '--users-now', '700']
  const {stdout, exitCode} = await project(argv)
  const {result} = await project([...argv, '--json'])

  expect(exitCode).toBe(0)
  expect(stdout).toContain('5,000 users, phase growth')
  expect(stdout).toContain('is the first over its budget')
  expect(result?.months.map(({month}) => month)).toEqual(
    Array.from({length: 24}, (_, at) => at + 1),
  )
  expect(result?.months[5]).toMatchObject({users: 700, phase: 'mvp'})
  expect(result?.months[23]).toMatchObject({users: 50_000, phase: 'scale'})
})

test('rows of services and of kinds add up to the whole, in every month', async () => {
  const {result} = await project(['--sample', '--users-now', '700', '--json'])

  expect(result?.months.length).toBe(24)
  for (const {projected} of result?.months ?? []) {
    const sum = (rows: readonly {amount: {minor: number}}[]) =>
      rows.reduce((all, {amount}) => all + amount.minor, 0)
    expect(sum(projected.services)).toBe(projected.cloud.minor)
    expect(sum(projected.categories)).toBe(projected.cloud.minor)
  }
})

test('corrected by a bill, the month of as many users costs what the bill shows', async () => {
  const {result} = await project(['--users', '700', '--sample', '--users-now', '700', '--json'])
  const ecs = result?.calibration?.factors.find(({service}) =>
    service.includes('Container Service'),
  )
  const shown = result?.point?.services.find(({service}) => service === ecs?.service)

  expect(ecs?.observed.minor).toBeGreaterThan(0)
  expect(shown?.amount).toEqual(ecs?.observed)
})

test('asks nobody for money: without a bill at hand it says that it is not corrected', async () => {
  const asked = desk.tools(ledgerOf(steady(40)), {
    costSource: () => Promise.reject(new Error('Cost Explorer was asked')),
  })
  const {stdout, exitCode} = await project(['--users', '700', '--months', '0'], asked)

  expect(exitCode).toBe(0)
  expect(stdout).toContain('Not corrected by a bill: none is kept here')
})

test('refuses what cannot be: no users, too many months, a phase that is not there', async () => {
  const none = await project(['--users', '0'])
  const months = await project(['--months', '25'])
  const phase = await project(['--users', '10', '--phase', 'moon'])

  expect([none.exitCode, months.exitCode, phase.exitCode]).toEqual([2, 2, 2])
  expect(phase.error?.message).toContain('"moon"')
})

test('names the line of a mistake in the drivers of the workspace', async () => {
  const root = join(desk.folder, 'home')
  mkdirSync(join(root, 'cost'), {recursive: true})
  writeFileSync(join(root, 'mitra.yml'), 'cost:\n  driversFile: cost/drivers.yml\n')
  writeFileSync(
    join(root, 'cost', 'drivers.yml'),
    'currency: USD\npricesOf: 2026-05-01\nusage: {}\nservices:\n  - {service: S3, items: [{of: moons, price: 1, unit: GB}]}\n',
  )
  process.env['MITRA_WORKSPACE'] = root
  const {error, exitCode} = await project(['--users', '10'])

  expect(exitCode).toBe(3)
  expect(error?.message).toMatch(/drivers\.yml:\d+ /)
})
