import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {mitra, mitraJson, oddFolder} from '../support/cli.js'
import {portsOf, removeWorkspace, stateOf, type WorkspaceState} from '../support/workspace.js'

const native = {MITRA_ENGINE: 'native'}
const moments = ['before', 'after', 'torn'] as const

/** What is torn is the same for every record; the work before and after it is not. */
function momentsOf(record: number): readonly Moment[] {
  return record % 5 === 1 ? moments : ['before', 'after']
}

type Moment = (typeof moments)[number]

// Two at a time: the machine has two processors, and each case waits for servers.
const sideBySide = 2

interface Case {
  readonly record: number
  readonly moment: Moment
}

/** All cases until a run has fewer records than asked for. */
async function forEveryRecord(run: (one: Case) => Promise<'killed' | 'ended'>): Promise<number> {
  let record = 0
  let isOver = false
  const worker = async () => {
    while (!isOver) {
      record += 1
      const mine = record
      for (const moment of momentsOf(mine)) {
        if ((await run({record: mine, moment})) === 'ended') isOver = true
      }
    }
  }
  await Promise.all(Array.from({length: sideBySide}, worker))
  return record
}

describe('SIGKILL at every record of the journal', () => {
  let undisturbed: WorkspaceState
  let folder = ''
  const env = {...native, ...portsOf(25_300)}

  beforeAll(async () => {
    folder = await oddFolder()
    await mitra(['setup', '--yes'], {cwd: folder, env})
    undisturbed = await stateOf({cwd: folder, env})
  }, 600_000)

  afterAll(async () => {
    await removeWorkspace({cwd: folder, env})
  })

  test('the undisturbed run is whole', () => {
    expect(undisturbed.nextPlan).toEqual([])
    expect(undisturbed.services.every((service) => service.endsWith(' healthy'))).toBe(true)
  })

  test('setup, run again, ends where an undisturbed setup does', {timeout: 1_800_000}, async () => {
    const differing: string[] = []

    const records = await forEveryRecord(async ({record, moment}) => {
      const ports = portsOf(25_400 + record * 20 + moments.indexOf(moment) * 6)
      const at = {cwd: await oddFolder(), env: {...native, ...ports}}
      const fault = `journal:${record}:${moment}`
      const first = await mitra(['setup', '--yes'], {...at, env: {...at.env, MITRA_FAULT: fault}})
      const second = await mitra(['setup', '--yes'], at)
      const state = second.code === 0 ? await stateOf(at) : second.stderr
      if (!isSame(state, undisturbed)) differing.push(`${fault}: ${JSON.stringify(state)}`)
      await removeWorkspace(at)
      return first.signal === 'SIGKILL' ? 'killed' : 'ended'
    })

    expect(differing).toEqual([])
    expect(records).toBeGreaterThan(15)
  })

  test('up, run again, ends where an undisturbed up does', {timeout: 600_000}, async () => {
    const at = {cwd: folder, env}
    const differing: string[] = []

    for (let record = 1, isOver = false; !isOver; record += 1) {
      for (const moment of momentsOf(record)) {
        await mitra(['down'], at)
        const fault = `journal:${record}:${moment}`
        const first = await mitra(['up'], {...at, env: {...env, MITRA_FAULT: fault}})
        const second = await mitra(['up'], at)
        const state = second.code === 0 ? await stateOf(at) : second.stderr
        if (!isSame(state, undisturbed)) differing.push(`${fault}: ${JSON.stringify(state)}`)
        if (first.signal !== 'SIGKILL') isOver = true
      }
    }

    expect(differing).toEqual([])
  })

  test('what a killed up had started without a record is stopped by undo after the next up', async () => {
    const at = {cwd: folder, env}
    await mitra(['down'], at)
    const killed = await mitra(['up'], {...at, env: {...env, MITRA_FAULT: 'journal:4:before'}})
    const next = await mitra(['up'], at)
    const undone = [await mitra(['undo', '--yes'], at), await mitra(['undo', '--yes'], at)]
    const {services} = await mitraJson<{services: readonly {state: string}[]}>(['status'], at)
    const further = await mitra(['up'], at)

    expect(killed.signal).toBe('SIGKILL')
    expect([next, ...undone, further].map(({code}) => code)).toEqual([0, 0, 0, 0])
    expect(services.map(({state}) => state)).toEqual(services.map(() => 'stopped'))
  })
})

function isSame(state: WorkspaceState | string, wanted: WorkspaceState): boolean {
  return JSON.stringify(state) === JSON.stringify(wanted)
}
