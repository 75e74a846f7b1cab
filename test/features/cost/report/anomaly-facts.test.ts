import {expect, test} from 'vitest'
import type {CostAnomaly} from '../../../../src/features/cost/anomalies.js'
import {anomalyFacts} from '../../../../src/features/cost/report/anomaly-facts.js'

const money = {currency: 'INR', pico: 10n ** 12n}

function found(id: string): CostAnomaly {
  return {
    id,
    kind: 'rise',
    service: 'Amazon S3',
    firstDay: id.slice(-10),
    lastDay: '2026-11-24',
    isOngoing: true,
    expected: money,
    actual: money,
    excess: money,
    score: 5,
    cause: [],
  }
}

test('an anomaly whose first day moved by a day or two is the one that was named before', () => {
  const [facts] = anomalyFacts([found('amazon-s3-2026-11-19')], ['amazon-s3-2026-11-20'])

  expect(facts).toMatchObject({id: 'amazon-s3-2026-11-20', isNew: false})
})

test('one of another service, or of other days, is new', () => {
  const known = ['amazon-ec2-2026-11-19', 'amazon-s3-2026-11-15']
  const [facts] = anomalyFacts([found('amazon-s3-2026-11-19')], known)

  expect(facts).toMatchObject({id: 'amazon-s3-2026-11-19', isNew: true})
})
