import {describe, expect, test} from 'vitest'
import type {BuiltReport} from '../../../../src/features/cost/report/build-report.js'
import {recordOf} from '../../../../src/features/cost/report/report-changes.js'
import {builtOf, reportOf, shippedFiles, steady, type Charge} from './reports.js'

const recorded = ({report, exactTotal}: BuiltReport) => recordOf(report, exactTotal)

describe('what changed since the last report', () => {
  const day = (on: string, billed: string, over: Charge = {}): Charge => ({
    day: on,
    billed,
    ...over,
  })
  const earlier = recorded(
    builtOf(
      [day('2026-11-01', '10'), day('2026-11-02', '20'), day('2026-11-02', '5', {service: 'S3'})],
      {
        asOf: '2026-11-02',
      },
    ),
  )

  test('is divided into new days and restated ones', () => {
    const now = [day('2026-11-01', '11'), day('2026-11-02', '20'), day('2026-11-03', '40')]

    expect(reportOf(now, {asOf: '2026-11-03', earlier}).changes).toMatchObject({
      since: {asOf: '2026-11-02'},
      total: {minor: 3600},
      newDays: {minor: 4000},
      restated: {minor: -400},
      services: [
        {service: 'Amazon Elastic Container Service', delta: {minor: 4100}},
        {service: 'S3', delta: {minor: -500}},
      ],
    })
  })

  test('is nothing when nothing has changed', () => {
    const now = [
      day('2026-11-01', '10'),
      day('2026-11-02', '20'),
      day('2026-11-02', '5', {service: 'S3'}),
    ]

    expect(reportOf(now, {asOf: '2026-11-02', earlier}).changes).toMatchObject({
      total: {minor: 0},
      services: [],
      newAnomalies: [],
      budgetState: null,
    })
  })

  test('is nothing to the paisa where only new days came, however days are rounded', () => {
    const third = (on: string) => day(on, '0.333333333333')
    const days = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05'].map(third)
    const two = recorded(builtOf(days.slice(0, 2), {asOf: '2026-11-02'}))
    const now = reportOf(days, {asOf: '2026-11-05', earlier: two}).changes

    expect(now).toMatchObject({total: {minor: 100}, newDays: {minor: 100}, restated: {minor: 0}})
  })

  test('tells another exchange rate', () => {
    const dollars = [{billed: '10', currency: 'USD'}]
    const before = recorded(builtOf(dollars))
    const rates = {
      ...shippedFiles.rates,
      rates: shippedFiles.rates.rates.map((rate) => ({...rate, rate: '90'})),
    }
    const now = reportOf(dollars, {earlier: before, files: {...shippedFiles, rates}})

    expect(now.changes).toMatchObject({rate: {from: '88', to: '90'}, restated: {minor: 2000}})
  })

  test('compares no amounts across months', () => {
    const now = reportOf([day('2026-12-01', '10')], {asOf: '2026-12-01', earlier})

    expect(now.changes).toMatchObject({total: null, newDays: null, services: []})
  })

  test('tells a worse state of the budget', () => {
    const now = reportOf([day('2026-11-02', '16000')], {asOf: '2026-11-03', earlier})

    expect(now.changes?.budgetState).toMatchObject({to: 'over'})
  })

  test('is null for a first report', () => {
    expect(reportOf([]).changes).toBeNull()
  })
})

test('an anomaly names the usage type and the region behind it, and is new once', () => {
  const usual = steady(100, {usageType: 'APS3-NatGateway-Bytes', region: 'ap-south-1'}, {days: 55})
  const jump = ['2026-11-19', '2026-11-20', '2026-11-21'].map((day) => ({
    day,
    billed: '900',
    usageType: 'APS3-NatGateway-Bytes',
    region: 'ap-south-1',
  }))
  const first = builtOf([...usual, ...jump])
  const second = reportOf([...usual, ...jump], {earlier: recorded(first)})

  expect(first.report.anomalies).toMatchObject([
    {isNew: true, cause: [{usageType: 'APS3-NatGateway-Bytes', region: 'ap-south-1'}]},
  ])
  expect(second.anomalies).toMatchObject([{isNew: false}])
})
