import type {BenchCase, BenchRow} from '../case.js'
import {handStarts, timeByHand} from '../by-hand.js'
import {
  requireObjectStore,
  settingsOf,
  withStack,
  type StackUnderTest,
} from '../stack-under-test.js'
import {median, secondsText, type Samples} from '../statistics.js'

const rounds = 9
const factor = 1.3
const slackMs = 400

function nativeUp(objectStore: string): BenchCase {
  return {
    name: `native up and down with ${objectStore}`,
    target: `up <= ${factor}x of the slowest service by hand + 0.4 s; up when up <= 0.4 s; down <= 0.5 s`,
    async run() {
      await requireObjectStore(objectStore)
      return withStack({engine: 'native', objectStore}, measured)
    },
  }
}

export const nativeUpVersitygw = nativeUp('versitygw')
export const nativeUpMinio = nativeUp('minio')

async function measured(stack: StackUnderTest): Promise<BenchRow[]> {
  await stack.time('down')
  const byHand = new Map<string, number[]>()
  const settings = await settingsOf(stack)
  const [up, again, down]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round += 1) {
    // Side by side in time, so that load on the machine hits both.
    for (const start of await handStarts(settings)) {
      byHand.set(start.name, [...(byHand.get(start.name) ?? []), await timeByHand(start)])
    }
    up.push(await stack.time('up'))
    again.push(await stack.time('up'))
    down.push(await stack.time('down'))
  }
  return [upRow(up, byHand), plainRow('up, all is up', again, 400), plainRow('down', down, 500)]
}

function upRow(up: Samples, byHand: ReadonlyMap<string, Samples>): BenchRow {
  const [slowest] = [...byHand].toSorted(([, a], [, b]) => median(b) - median(a))
  const [name, samples] = slowest ?? ['nothing', []]
  const allowed = median(samples) * factor + slackMs
  return {
    what: 'up, data present, whole command',
    against: `${name} started by hand, ${secondsText(samples)}`,
    measured: secondsText(up),
    result: `${(median(up) / 1000).toFixed(2)} s of ${(allowed / 1000).toFixed(2)} s allowed`,
    isMet: median(up) <= allowed,
  }
}

function plainRow(what: string, samples: Samples, allowedMs: number): BenchRow {
  const result = `${(median(samples) / 1000).toFixed(2)} s of ${allowedMs / 1000} s allowed`
  const isMet = median(samples) <= allowedMs
  return {what, against: 'a fixed limit', measured: secondsText(samples), result, isMet}
}
