import {describe, expect, test} from 'vitest'
import {questionOf} from '../../../src/adapters/cost-explorer/cost-explorer.js'
import type {BillQuery} from '../../../src/ports/bill-pages.js'
import {costExplorerContract, type CostExplorerServer} from '../../contracts/cost-explorer.js'
import {smallBill, type Bill} from '../../support/cost-explorer/bill.js'
import {evaluate} from '../../support/cost-explorer/evaluate.js'
import {CostExplorerStandIn} from '../../support/cost-explorer/stand-in.js'
import {isMotoThere, startMoto} from '../../support/moto.js'

const now = new Date('2026-11-24T03:30:00Z')
const window = {start: '2026-11-01', end: '2026-11-25'}
const bill = smallBill(window)

async function openStandIn(): Promise<CostExplorerServer> {
  const standIn = await new CostExplorerStandIn({bill, now: () => now}).start()
  return {
    endpoint: standIn.url,
    serve: async (of, _, pageSize) => void Object.assign(standIn, {bill: of, pageSize}),
    async stop() {
      await standIn.stop()
      expect(standIn.problems).toEqual([])
    },
  }
}

/** moto keeps answers that it is given and hands them out in turn; it looks at no question. */
async function openMoto(): Promise<CostExplorerServer> {
  const moto = await startMoto()
  return {
    endpoint: moto.endpoint,
    async serve(of, queries, pageSize) {
      await moto.reset()
      const results = queries.flatMap((query) => answersTo(query, of, pageSize))
      const url = `${moto.endpoint}/moto-api/static/ce/cost-and-usage-results`
      const body = JSON.stringify({results})
      const {ok} = await fetch(url, {method: 'POST', body})
      if (!ok) throw new Error('moto does not take the answers')
    },
    stop: () => moto.stop(),
  }
}

function answersTo(query: BillQuery, of: Bill, pageSize: number) {
  const asking = {bill: of, now, pageSize}
  const answers = [evaluate(questionOf(query, undefined), asking)]
  for (let next = answers[0]?.NextPageToken; next !== undefined;) {
    const answer = evaluate(questionOf(query, next), asking)
    answers.push(answer)
    next = answer.NextPageToken
  }
  return answers
}

describe('the stand-in for Cost Explorer', () => {
  costExplorerContract(openStandIn, {bill, window})
})

describe.skipIf(!isMotoThere)('moto, with answers that it was given', () => {
  costExplorerContract(openMoto, {bill, window})
})

test('the adapter asks by the day, for both costs, in two groups, and names a page by its token alone', () => {
  const first = questionOf({window}, undefined)

  expect(first).toEqual({
    TimePeriod: {Start: '2026-11-01', End: '2026-11-25'},
    Granularity: 'DAILY',
    Metrics: ['NetUnblendedCost', 'NetAmortizedCost'],
    GroupBy: [
      {Type: 'DIMENSION', Key: 'SERVICE'},
      {Type: 'DIMENSION', Key: 'RECORD_TYPE'},
    ],
  })
  expect(questionOf({window}, 'token')).toEqual({...first, NextPageToken: 'token'})
})
