import {appendFileSync, readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {acquireLock} from '../../../src/adapters/journal/lock.js'

/**
 * One of many processes that want the same lock: `contend.ts FOLDER ROUNDS DEATH`. Each round it takes
 * the lock and looks whether a holder that the trace still knows is alive. With a DEATH below 1 it
 * kills itself with that probability while it holds the lock.
 */
const [folder = '', rounds = '0', death = '0'] = process.argv.slice(2)
const trace = `${folder}/trace`

for (let round = 0; round < Number(rounds); round += 1) {
  const lock = await acquireLock(folder, 'writer', {purpose: `round ${round}`, waitMs: 60_000})
  const mark = `${process.pid}.${round}`
  appendFileSync(trace, `start ${mark}\n`)
  for (const other of openHolders().filter((one) => one !== mark)) {
    if (runs(Number(other.split('.')[0]))) appendFileSync(trace, `violation ${mark} ${other}\n`)
  }
  if (Math.random() < 0.5) await sleep(Math.random() * 4)
  if (Math.random() < Number(death)) process.kill(process.pid, 'SIGKILL')
  appendFileSync(trace, `stop ${mark}\n`)
  await lock.release()
  if (Math.random() < 0.5) await sleep(Math.random() * 4)
}

function openHolders(): readonly string[] {
  const open = new Set<string>()
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const [word, mark = ''] = line.split(' ')
    if (word === 'start') open.add(mark)
    if (word === 'stop') open.delete(mark)
  }
  return [...open]
}

// Not by the code under test: a zombie has been killed and holds nothing.
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
