import {expect, test} from 'vitest'
import {MitraError} from '../../../src/errors.js'
import type {Check, DoctorTools, Finding} from '../../../src/features/doctor/check.js'
import {diagnose} from '../../../src/features/doctor/diagnose.js'
import {doctorTools} from '../../../src/cli/doctor-tools.js'
import {openTools} from '../../../src/cli/tools.js'

const noWorkspace = async () => {
  throw new MitraError('config', 'NO_WORKSPACE', 'No mitra.yml.')
}

// No test here opens what belongs to a workspace.
function toolsWith(over: Partial<DoctorTools> = {}): DoctorTools {
  const tools = doctorTools(openTools({version: 'test'}), {deadlineMs: 2700})
  return {...tools, workspace: noWorkspace, states: async () => new Map(), ...over}
}

function check(id: string, look: () => Promise<Finding>): Check {
  return {id, subject: id, look}
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('runs side by side, and one that hangs holds up no other', async () => {
  const from = performance.now()

  const {healthy, checks} = await diagnose(
    [
      check('a.hangs', () => new Promise(() => undefined)),
      check('b.slow', async () => {
        await later(60)
        return {state: 'ok', title: 'slow'}
      }),
      check('c.quick', async () => ({state: 'ok', title: 'quick'})),
    ],
    toolsWith(),
    {deadlineMs: 100},
  )

  expect(checks.map(({id, state}) => [id, state])).toEqual([
    ['a.hangs', 'unknown'],
    ['b.slow', 'ok'],
    ['c.quick', 'ok'],
  ])
  expect(checks[0]?.title).toBe('a.hangs: no answer within 0.1 s')
  expect(healthy).toBe(false)
  expect(performance.now() - from).toBeLessThan(150 * 4)
})

test('what waits for a hanging part is skipped, so that the part alone is the failure', async () => {
  const layout = {root: '/w', state: '/w/.mitra', id: '0123456789ab'}
  const tools = toolsWith({
    workspace: async () => ({layout, bucket: 'b', isChosenPort: () => false}),
    engine: async () => ({engine: 'native', why: 'test'}),
    states: () => new Promise(() => undefined),
  })
  const services: Check = {
    id: 'a.services',
    subject: 'Services',
    need: 'engine',
    look: async ({states}) => {
      await states()
      return {state: 'ok', title: 'up'}
    },
  }
  const needy: Check = {
    ...check('b.needy', async () => ({state: 'ok', title: 'x'})),
    need: 'postgres',
  }

  const {checks} = await diagnose([services, needy], tools, {deadlineMs: 50})

  expect(checks.map(({id, state}) => [id, state])).toEqual([
    ['a.services', 'unknown'],
    ['b.needy', 'skipped'],
  ])
})

test('an error that was foreseen is the finding, with its hints', async () => {
  const hints = ['chmod 600 secrets.json']
  const refused = new MitraError('config', 'SECRETS_FILE', 'It is open.', {hints})

  const {checks} = await diagnose([check('a.b', () => Promise.reject(refused))], toolsWith())

  expect(checks[0]).toMatchObject({state: 'failed', title: 'It is open', fix: hints})
})

test('an error that nobody foresaw says what could not be looked at', async () => {
  const {checks} = await diagnose(
    [check('a.b', () => Promise.reject(new TypeError('x is not a function')))],
    toolsWith(),
  )

  expect(checks[0]).toMatchObject({
    state: 'failed',
    title: 'a.b could not be looked at',
    cause: 'x is not a function',
  })
})

test('the same failure seen twice is one finding', async () => {
  const fail = async () => {
    throw new MitraError('notReady', 'DOWN', 'It is down.')
  }

  const {checks} = await diagnose([check('a.first', fail), check('b.second', fail)], toolsWith())

  expect(checks.map(({state, cause}) => [state, cause])).toEqual([
    ['failed', undefined],
    ['skipped', 'See a.first.'],
  ])
})

test('a warning is no failure', async () => {
  const {healthy} = await diagnose(
    [check('a.b', async () => ({state: 'warning', title: 'late'}))],
    toolsWith(),
  )

  expect(healthy).toBe(true)
})

test('several checks that ask for the same thing make one look', async () => {
  let looks = 0
  const states = async () => {
    looks += 1
    return new Map()
  }
  const asks = (id: string): Check => ({
    id,
    subject: id,
    look: async (tools) => {
      await tools.states()
      return {state: 'ok', title: id}
    },
  })

  await diagnose([asks('a.a'), asks('b.b')], toolsWith({states}))

  expect(looks).toBe(1)
})
