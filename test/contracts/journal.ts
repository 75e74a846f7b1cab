import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {Journal, Step} from '../../src/ports/journal.js'

export interface JournalUnderTest {
  /** As another process would open it; it waits for nobody. */
  open(): Journal
  close(): Promise<void>
}

export const twoSteps: readonly Step[] = [
  {
    id: 'stack.start.redis',
    title: 'Start redis on port 6379',
    why: 'stopped',
    undo: 'automatic',
    detail: {port: 6379, names: ['a', null, true, 1.5]},
  },
  {id: 'tenant.create.lic', title: 'Create tenant lic: जीवन', why: 'missing', undo: 'no'},
]

/** What the comments of `src/ports/journal.ts` promise; every journal, fake or real, holds it. */
export function journalContract(name: string, openWorld: () => Promise<JournalUnderTest>): void {
  describe(`${name} keeps the promises of a journal`, () => {
    let world: JournalUnderTest
    let journal: Journal

    beforeEach(async () => {
      world = await openWorld()
      journal = world.open()
    })

    afterEach(async () => {
      await world.close()
    })

    test('knows of no run at first', async () => {
      expect(await journal.runs()).toEqual([])
    })

    test('has the whole plan before the first step, for every reader', async () => {
      const run = await journal.begin('up redis', twoSteps)

      const [seen, ...more] = await world.open().runs()

      expect(more).toEqual([])
      expect(seen).toEqual({
        id: run.id,
        command: 'up redis',
        startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        endedAt: undefined,
        outcome: 'open',
        plan: twoSteps,
        finished: [],
        failed: [],
        undoneBy: undefined,
      })
    })

    test('keeps each finished and failed step, and what undoing needs', async () => {
      const run = await journal.begin('up', twoSteps)
      await run.done('stack.start.redis', {was: null, paths: ['a b', 'ż'], count: 3})
      await run.failed('tenant.create.lic', 'SERVICE_FAILED', 'It ended.\nLast line: "x"')
      await run.end('failed')

      const [seen] = await world.open().runs()

      expect(seen).toMatchObject({outcome: 'failed', endedAt: expect.any(String)})
      expect(seen?.finished).toEqual([
        {
          id: 'stack.start.redis',
          at: expect.any(String),
          undo: {was: null, paths: ['a b', 'ż'], count: 3},
        },
      ])
      expect(seen?.failed).toEqual([
        {
          id: 'tenant.create.lic',
          at: expect.any(String),
          code: 'SERVICE_FAILED',
          message: 'It ended.\nLast line: "x"',
        },
      ])
    })

    test('tells a step that needs nothing to be undone from one that needs null', async () => {
      const run = await journal.begin('up', twoSteps)
      await run.done('stack.start.redis')
      await run.done('tenant.create.lic', null)

      const [seen] = await journal.runs()

      expect(seen?.finished.map(({undo}) => undo)).toEqual([undefined, null])
    })

    test('loses none of the steps that finish side by side', async () => {
      const plan = Array.from({length: 20}, (_, index) => ({
        id: `step.${index}`,
        title: 'Step',
        why: 'test',
        undo: 'no' as const,
      }))
      const run = await journal.begin('setup', plan)

      await Promise.all(plan.map(({id}) => run.done(id)))
      await run.end('done')

      const [seen] = await world.open().runs()
      expect(new Set(seen?.finished.map(({id}) => id))).toEqual(new Set(plan.map(({id}) => id)))
    })

    test('lists runs oldest first, each with an id of its own', async () => {
      for (const command of ['init', 'up', 'down']) {
        await (await journal.begin(command, [])).end('done')
      }

      const runs = await world.open().runs()

      expect(runs.map(({command}) => command)).toEqual(['init', 'up', 'down'])
      expect(new Set(runs.map(({id}) => id)).size).toBe(3)
    })

    test('a run is taken back when the run that undoes it ended well, not before', async () => {
      const reset = await journal.begin('reset', twoSteps)
      await reset.end('done')
      const undoneBy = async () => (await world.open().runs())[0]?.undoneBy

      await (await journal.begin('undo reset', twoSteps, reset.id)).end('failed')
      const afterFailure = await undoneBy()
      const undo = await journal.begin('undo reset', twoSteps, reset.id)
      const meanwhile = await undoneBy()
      await undo.end('done')

      expect([afterFailure, meanwhile]).toEqual([undefined, undefined])
      expect(await undoneBy()).toBe(undo.id)
    })

    test('lets one writer in at a time, and frees the way at the end of the run', async () => {
      const other = world.open()
      const run = await journal.begin('up', twoSteps)

      await expect(other.begin('down', [])).rejects.toMatchObject({kind: 'locked', code: 'LOCKED'})
      await expect(other.lock('down')).rejects.toMatchObject({code: 'LOCKED'})
      await run.end('done')
      await (await other.begin('down', [])).end('done')

      expect((await journal.runs()).map(({command}) => command)).toEqual(['up', 'down'])
    })

    test('names who is in the way', async () => {
      await journal.lock('setup')

      await expect(world.open().lock('up')).rejects.toThrow(/setup \(pid \d+, since /)
    })

    test('lets readers in while somebody writes', async () => {
      await journal.lock('up')

      expect(await world.open().runs()).toEqual([])
    })

    test('the lock is re-entrant: free after as many releases, each counting once', async () => {
      const other = world.open()
      const [outer, inner] = await Promise.all([journal.lock('up'), journal.lock('up')])
      const run = await journal.begin('up', [])
      await run.end('done')
      await inner.release()
      await inner.release()

      await expect(other.lock('down')).rejects.toMatchObject({code: 'LOCKED'})
      await outer.release()
      await expect(other.lock('down')).resolves.toBeDefined()
    })

    test('the first end of a run counts', async () => {
      const other = world.open()
      const lock = await journal.lock('up')
      const run = await journal.begin('up', [])
      await run.end('interrupted')
      await run.end('failed')

      await expect(other.lock('down')).rejects.toMatchObject({code: 'LOCKED'})
      await lock.release()
      expect(await journal.runs()).toMatchObject([{outcome: 'interrupted'}])
    })

    test('refuses records when nobody holds the lock any more', async () => {
      const run = await journal.begin('up', twoSteps)
      await run.end('done')

      await expect(run.done('stack.start.redis')).rejects.toMatchObject({code: 'RUN_IS_OVER'})
      expect((await journal.runs())[0]?.finished).toEqual([])
    })
  })
}
