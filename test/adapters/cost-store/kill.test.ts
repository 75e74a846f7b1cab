import {spawn} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {knowableWindow, monthToDate} from '../../../src/features/cost/window.js'
import {repositoryRoot} from '../../support/cli.js'
import {smallBill, truth} from '../../support/cost-explorer/bill.js'
import {SourceBench, totalsOf} from '../../support/cost-explorer/source.js'

const now = '2026-11-24T03:30:00.000Z'
const month = monthToDate(new Date(now))
const script = fileURLToPath(new URL('ask-process.ts', import.meta.url))

let bench: SourceBench

beforeEach(async () => {
  bench = await new SourceBench(smallBill(knowableWindow(new Date(now))), now).start()
})

afterEach(() => bench.stop())

interface Said {
  readonly requests: number
  readonly code?: string
  readonly billed: string
}

/** A process of its own that asks once; undefined when it was killed, its error's code when it failed. */
async function ask(cap: number, fault = ''): Promise<Said | string | undefined> {
  const folder = join(bench.folder, 'store')
  const argv = ['--import', 'tsx', script, folder, bench.standIn.url, now, cap.toString()]
  const child = spawn(process.execPath, argv, {
    cwd: repositoryRoot,
    env: {...process.env, MITRA_FAULT: fault},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_, by) => resolve(by))
  })
  if (signal === 'SIGKILL') return undefined
  const code = /code: '([A-Z_]+)'/.exec(err)?.[1]
  if (code !== undefined) return code
  const said: Said = JSON.parse(out)
  return said
}

const patience = 240_000

describe('five crons at once', {timeout: patience}, () => {
  test('never pass the cap, and each shows the right total', async () => {
    const said = await Promise.all(Array.from({length: 5}, () => ask(3)))

    expect(bench.standIn.billed).toBe(3)
    const {billed} = truth(bench.standIn.bill, month)
    expect(said.map((one) => (typeof one === 'object' ? one.billed : one))).toEqual(
      Array.from({length: 5}, () => billed.toString()),
    )
    const codes = said.map((one) => (typeof one === 'object' ? one.code : 'failed'))
    expect(codes.filter((code) => code === 'REQUEST_CAP')).toHaveLength(2)
    expect(codes.filter((code) => code === undefined)).toHaveLength(3)
  })
})

/** The records of one report: 1 reserve, 2 settle, 3 fetch. */
const moments = [1, 2, 3].flatMap((record) =>
  (['before', 'torn', 'after'] as const).map((moment) => ({record, moment})),
)

describe('killed', {timeout: patience}, () => {
  test.each(moments)(
    '$moment record $record, no request is forgotten',
    async ({record, moment}) => {
      await ask(100, `costs:${record}:${moment}`)

      const known = await bench.store().read()
      expect(known.requestsIn('2026-11')).toBeGreaterThanOrEqual(bench.standIn.billed)
      expect(known.days.size > 0).toBe(record === 3 && moment === 'after')

      const next = await bench.source({warmHours: 0}).ledger(month)
      expect(totalsOf(next)).toEqual(truth(bench.standIn.bill, month))
      expect(next.degraded).toBeUndefined()
      expect(next.spent.thisMonth?.requests).toBeGreaterThanOrEqual(bench.standIn.billed)
    },
  )

  test('again and again after its request, it stops asking at the cap', async () => {
    for (let round = 0; round < 4; round += 1) {
      expect(await ask(4, 'costs:2:before')).toBeUndefined()
    }

    expect(await ask(4, 'costs:2:before')).toBe('REQUEST_CAP')
    expect(bench.standIn.billed).toBe(4)
  })

  test('five at once, again and again, they stop asking at the cap', async () => {
    const faults = ['costs:2:before', 'costs:1:after', 'costs:2:torn', 'costs:3:before', '']

    for (let round = 0; round < 2; round += 1)
      await Promise.all(faults.map((fault) => ask(6, fault)))

    expect(bench.standIn.billed).toBeLessThanOrEqual(6)
    expect((await bench.store().read()).requestsIn('2026-11')).toBe(6)
  })
})
