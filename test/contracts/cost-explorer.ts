import {CostExplorerClient, GetDimensionValuesCommand} from '@aws-sdk/client-cost-explorer'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {CostExplorerPages, questionOf} from '../../src/adapters/cost-explorer/cost-explorer.js'
import type {BillLine, BillQuery} from '../../src/ports/bill-pages.js'
import {truth, type Bill} from '../support/cost-explorer/bill.js'
import {responseProblem} from '../support/cost-explorer/sdk-model.js'

/** What a question can be asked of, whoever wrote it. */
export interface CostExplorerServer {
  readonly endpoint: string
  /** From now on it answers these questions out of this bill, so many groups on a page. */
  readonly serve: (bill: Bill, queries: readonly BillQuery[], pageSize: number) => Promise<void>
  readonly stop: () => Promise<void>
}

const keys = {AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing'}
const nowhere = {
  AWS_PROFILE: '',
  AWS_SESSION_TOKEN: '',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
}

/** What holds of every Cost Explorer, for the real adapter and the real SDK. */
export function costExplorerContract(
  open: () => Promise<CostExplorerServer>,
  {bill, window}: {readonly bill: Bill; readonly window: BillQuery['window']},
): void {
  const environment = {...process.env}
  let server: CostExplorerServer

  beforeAll(async () => {
    server = await open()
    Object.assign(process.env, {...nowhere, ...keys, AWS_ENDPOINT_URL_STS: server.endpoint})
  })

  afterAll(async () => {
    await server?.stop()
    for (const name of Object.keys(process.env)) {
      if (!(name in environment)) delete process.env[name]
    }
    Object.assign(process.env, environment)
  })

  const pages = () =>
    new CostExplorerPages({
      region: 'us-east-1',
      endpoint: server.endpoint,
      profile: undefined,
      timeoutMs: 20_000,
    })

  async function everyPage(query: BillQuery) {
    const found = [await pages().page(query, undefined)]
    for (let next = found[0]?.next; next !== undefined; next = found.at(-1)?.next) {
      found.push(await pages().page(query, next))
    }
    return found
  }

  test('an answer is as the model of the SDK has it, with nothing missing and nothing more', async () => {
    await server.serve(bill, [{window}], 5000)

    const answer = await rawAnswer(server.endpoint, {window})

    expect(responseProblem(answer)).toBeUndefined()
    expect(answer).toMatchObject({ResultsByTime: expect.any(Array)})
  })

  test.each([5000, 40])('its pages of %i groups come to the bill, each line once', async (size) => {
    await server.serve(bill, [{window}], size)

    const found = await everyPage({window})

    const lines = found.flatMap(({days}) => days.flatMap((day) => day.lines))
    expect(sumsOf(lines)).toEqual(truth(bill, window))
    expect(found.length > 1).toBe(size === 40)
    expect(new Set(found.flatMap(({days}) => days.map(({currency}) => currency)))).toEqual(
      new Set([bill.currency]),
    )
  })

  test('one service comes by its usage types alone', async () => {
    const service = 'Amazon Simple Storage Service'
    const rows = bill.rows.filter((row) => row.service === service)
    await server.serve(bill, [{window, service}], 5000)

    const found = await everyPage({window, service})

    const lines = found.flatMap(({days}) => days.flatMap((day) => day.lines))
    expect(sumsOf(lines)).toEqual(truth({...bill, rows}, window))
    expect(new Set(lines.map((line) => line.service))).toEqual(new Set([service]))
  })

  test('an account without costs has no lines', async () => {
    const empty = {...bill, rows: []}
    const early = {start: window.start, end: bill.estimatedFrom}
    await server.serve(empty, [{window: early}], 5000)

    const found = await everyPage({window: early})

    expect(found.flatMap(({days}) => days.flatMap((day) => day.lines))).toEqual([])
    expect(found).toHaveLength(1)
  })

  test('STS says whose account it is, in twelve digits', async () => {
    expect(await pages().account()).toMatch(/^\d{12}$/)
  })

  test('what it does not know fails and is no empty answer', async () => {
    const client = new CostExplorerClient({
      region: 'us-east-1',
      endpoint: server.endpoint,
      maxAttempts: 1,
    })
    const TimePeriod = {Start: window.start, End: window.end}

    const asked = client.send(new GetDimensionValuesCommand({TimePeriod, Dimension: 'SERVICE'}))

    await expect(asked).rejects.toBeInstanceOf(Error)
  })

  test('without credentials nothing is asked, and the failure says so', async () => {
    for (const name of Object.keys(keys)) delete process.env[name]

    const asked = pages().page({window}, undefined)

    await expect(asked).rejects.toMatchObject({code: 'NO_CREDENTIALS', charged: 'no'})
    Object.assign(process.env, keys)
  })
}

function sumsOf(lines: readonly BillLine[]) {
  return {
    billed: lines.reduce((sum, line) => sum + line.billed, 0n),
    amortized: lines.reduce((sum, line) => sum + line.amortized, 0n),
  }
}

/** As it comes over the wire, before the SDK takes what it knows and drops the rest. */
async function rawAnswer(endpoint: string, query: BillQuery): Promise<unknown> {
  const scope = 'testing/20260101/us-east-1/ce/aws4_request'
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSInsightsIndexService.GetCostAndUsage',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(questionOf(query, undefined)),
  })
  const answer: unknown = await response.json()
  return answer
}
