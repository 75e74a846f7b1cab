import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {NotHere, type BenchCase, type BenchRow} from '../case.js'
import {recordedPids, runFolderOf} from '../by-hand.js'
import {requireObjectStore, withStack, type StackUnderTest} from '../stack-under-test.js'

const mega = 1_000_000
const settleMs = 5000

function idleMemory(objectStore: string, limitMb: number): BenchCase {
  return {
    name: `idle native stack with ${objectStore}`,
    target: `<= ${limitMb} MB PSS, all included (process-compose's supervisor alone takes 48 MB)`,
    async run() {
      if (process.platform !== 'linux') throw new NotHere('PSS is known on Linux only.')
      await requireObjectStore(objectStore)
      return withStack({engine: 'native', objectStore}, (stack) => measured(stack, limitMb))
    },
  }
}

export const idleVersitygw = idleMemory('versitygw', 100)
export const idleMinio = idleMemory('minio', 180)

async function measured(stack: StackUnderTest, limitMb: number): Promise<BenchRow[]> {
  // Fresh processes, as after a morning's `up`, then at rest.
  await stack.time('restart')
  await sleep(settleMs)
  const services = await stack.services()
  const runFolder = runFolderOf(stack.cwd, stack.id)
  const watchers = services.flatMap(({name}) => recordedPids(runFolder, name).slice(1))
  const ours = watchers.reduce((sum, pid) => sum + pssOf(pid), 0)
  const rows = services.map(({kind, version, memoryBytes}) =>
    row(`${kind} ${version ?? ''}`, memoryBytes ?? 0),
  )
  const total = services.reduce((sum, {memoryBytes}) => sum + (memoryBytes ?? 0), ours)
  return [
    ...rows,
    row(`mitra: ${watchers.length} keepers and reapers`, ours),
    {...row('all of it', total), isMet: total <= limitMb * mega},
  ]
}

function row(what: string, bytes: number): BenchRow {
  const result = `${(bytes / mega).toFixed(1)} MB`
  return {what, against: 'a fixed limit', measured: result, result, isMet: undefined}
}

function pssOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024
}
