import {beforeEach, expect, test} from 'vitest'
import {MitraError} from '../../../src/errors.js'
import {applyUndo, findRun, planUndo, runToUndo} from '../../../src/features/journal/undo.js'
import type {JournalRun, Step} from '../../../src/ports/journal.js'
import type {Undoer} from '../../../src/ports/undo.js'
import {RecordedRun, silentProgress} from '../../fakes/run.js'

function step(id: string, undo: Step['undo'] = 'automatic'): Step {
  return {id, title: `Do ${id}`, why: 'missing', undo}
}

function finishedRun(
  id: string,
  ids: readonly string[],
  given: Partial<JournalRun> = {},
): JournalRun {
  return {
    id,
    command: 'up',
    startedAt: '2026-11-24T10:00:00.000Z',
    endedAt: '2026-11-24T10:00:01.000Z',
    outcome: 'done',
    plan: ids.map((one) => step(one)),
    finished: ids.map((one) => ({id: one, at: '2026-11-24T10:00:01.000Z', undo: {of: one}})),
    failed: [],
    undoneBy: undefined,
    ...given,
  }
}

let there: Set<string>

/** Takes `make.x` back while x is there. */
const maker: Undoer = {
  prefix: 'make.',
  async plan({id}, record) {
    const why = JSON.stringify(record)
    return there.has(id) ? {id: `remove.${id}`, title: `Remove ${id}`, why, undo: 'no'} : undefined
  },
  async undo({id}) {
    if (id.endsWith('stuck')) throw new MitraError('failed', 'STUCK', 'It does not let go.')
    there.delete(id)
  },
}

beforeEach(() => {
  there = new Set(['make.a', 'make.b', 'make.c'])
})

test('takes the last step back first, each with what its record holds', async () => {
  const {steps} = await planUndo(finishedRun('r', ['make.a', 'make.b', 'make.c']), [maker])

  expect(steps.map(({id, why}) => [id, why])).toEqual([
    ['remove.make.c', '{"of":"make.c"}'],
    ['remove.make.b', '{"of":"make.b"}'],
    ['remove.make.a', '{"of":"make.a"}'],
  ])
})

test('leaves what is gone already, what never finished and what cannot be taken back', async () => {
  there.delete('make.b')
  const run = finishedRun('r', ['make.a', 'make.b'], {
    outcome: 'interrupted',
    plan: [step('make.a'), step('make.b'), step('send.mail', 'no'), step('make.c')],
    finished: ['make.a', 'make.b', 'send.mail'].map((id) => ({id, at: '', undo: undefined})),
  })

  const {steps, kept} = await planUndo(run, [maker])

  expect(steps.map(({id}) => id)).toEqual(['remove.make.a'])
  expect(kept.map(({id}) => id)).toEqual(['send.mail'])
})

test('applies exactly the plan, each step recorded', async () => {
  const run = new RecordedRun()
  const plan = await planUndo(finishedRun('r', ['make.a', 'make.c']), [maker])

  await applyUndo(plan, {run, progress: silentProgress})

  expect([...there]).toEqual(['make.b'])
  expect(run.finished).toEqual(plan.steps.map(({id}) => id))
})

test('stops at the step that fails, and the journal knows why', async () => {
  there.add('make.stuck')
  const run = new RecordedRun()
  const plan = await planUndo(finishedRun('r', ['make.a', 'make.stuck', 'make.b']), [maker])

  await expect(applyUndo(plan, {run, progress: silentProgress})).rejects.toMatchObject({
    code: 'STUCK',
  })
  expect(run.finished).toEqual(['remove.make.b'])
  expect(run.failures).toEqual([
    {id: 'remove.make.stuck', code: 'STUCK', message: 'It does not let go.'},
  ])
  expect(there.has('make.a')).toBe(true)
})

test('a run that was cut off while it was taken back is taken back further', async () => {
  const run = finishedRun('r', ['make.a', 'make.b', 'make.c'])
  there.delete('make.c')

  const {steps} = await planUndo(run, [maker])

  expect(steps.map(({id}) => id)).toEqual(['remove.make.b', 'remove.make.a'])
})

test('refuses what was taken back already', async () => {
  await expect(planUndo(finishedRun('r', [], {undoneBy: 'u'}), [maker])).rejects.toMatchObject({
    code: 'UNDONE',
    message: 'Run r was taken back by u.',
  })
})

test('without a name it is the newest run that has something left to take back', async () => {
  there.delete('make.c')
  const runs = [
    finishedRun('1', ['make.a']),
    finishedRun('2', ['make.b']),
    finishedRun('3', ['make.c']),
    finishedRun('4', ['make.a'], {undoneBy: '5'}),
    finishedRun('5', ['remove.make.a'], {plan: [step('remove.make.a', 'no')]}),
    finishedRun('6', []),
  ]

  expect((await runToUndo(runs, undefined, [maker])).id).toBe('2')
})

test('says so when there is nothing to take back', async () => {
  const nothing = {kind: 'usage', code: 'NOTHING_TO_UNDO', hints: [expect.stringContaining('list')]}

  await expect(runToUndo([], undefined, [maker])).rejects.toMatchObject(nothing)
  await expect(
    runToUndo([finishedRun('1', ['other.a'])], undefined, [maker]),
  ).rejects.toMatchObject(nothing)
})

const two = [finishedRun('20261124T101502-3f9a1c', []), finishedRun('20261124T101777-aaaaaa', [])]

test.each([
  ['20261124T101502-3f9a1c', '20261124T101502-3f9a1c'],
  ['20261124T1015', '20261124T101502-3f9a1c'],
  ['last', '20261124T101777-aaaaaa'],
])('%s names run %s', (name, id) => {
  expect(findRun(two, name).id).toBe(id)
})

test.each([
  ['2026', '2026 fits 2 runs.'],
  ['3f9a1c', 'No such run: 3f9a1c.'],
])('%s names none: %s', (name, message) => {
  expect(() => findRun(two, name)).toThrow(message)
})

test('`last` of an empty journal is no run', () => {
  expect(() => findRun([], 'last')).toThrow('No such run: last.')
})
