import {expect, test} from 'vitest'
import {NotifyFailure, type Notice, type Notifier} from '../../src/ports/notifier.js'
import type {WaitingClock} from '../support/waiting-clock.js'

/** What is on the other side of a notifier, and can be told how to behave. */
export interface NoticeReceiver {
  readonly notifier: Notifier
  readonly clock: WaitingClock
  /** A part of the address that must not be seen anywhere. */
  readonly secret: string
  /** How each notice that was taken is told from others; a repeat has the same. */
  readonly taken: () => readonly string[]
  /** What was tried, taken or not. */
  readonly tries: () => number
  readonly behave: (how: 'take' | 'refuseOnce' | 'refuse' | 'refuseForGood' | 'hang') => void
  readonly stop: () => Promise<void>
}

export const someNotice: Notice = {
  id: 'cost budget mvp 2026-11 over',
  title: 'Cloud costs are over budget: ₹18,400 of ₹15,000',
  text: 'Amazon ECS  ₹9,200\nAurora & RDS  ₹4,100 <up 40 %>',
  severity: 'warning',
}

/** Every promise of the port, on whatever keeps it. */
export function notifierContract(open: () => Promise<NoticeReceiver>): void {
  async function withReceiver(work: (receiver: NoticeReceiver) => Promise<void>): Promise<void> {
    const receiver = await open()
    try {
      await work(receiver)
    } finally {
      await receiver.stop()
    }
  }

  async function failureOf(receiver: NoticeReceiver): Promise<NotifyFailure> {
    const thrown: unknown = await receiver.notifier
      .send(someNotice)
      .catch((error: unknown) => error)
    if (thrown instanceof NotifyFailure) return thrown
    throw new Error('it did not fail as promised', {cause: thrown})
  }

  test('resolves when the notice has been taken, once', () =>
    withReceiver(async ({notifier, taken, tries}) => {
      await notifier.send(someNotice)

      expect([taken().length, tries()]).toEqual([1, 1])
    }))

  test('the same notice can be told for the same, another for another', () =>
    withReceiver(async ({notifier, taken}) => {
      await notifier.send(someNotice)
      await notifier.send({...someNotice, title: 'the same news, told again'})
      await notifier.send({...someNotice, id: 'other'})

      const [first, second, third] = taken()
      expect(first).toBe(second)
      expect(first).not.toBe(third)
    }))

  test('what was refused for now is tried again after a wait', () =>
    withReceiver(async (receiver) => {
      receiver.behave('refuseOnce')

      await receiver.notifier.send(someNotice)

      expect(receiver.taken()).toHaveLength(1)
      expect(receiver.clock.waitedMs).toHaveLength(1)
    }))

  test('it gives up after three tries and a few seconds, and says that it can be tried later', () =>
    withReceiver(async (receiver) => {
      receiver.behave('refuse')

      const failure = await failureOf(receiver)

      expect([failure.outcome, failure.code, receiver.tries()]).toEqual([
        'retryLater',
        'NOTIFY_FAILED',
        3,
      ])
      const waited = receiver.clock.waitedMs.reduce((all, ms) => all + ms, 0)
      expect(waited).toBeGreaterThan(1000)
      expect(waited).toBeLessThan(20_000)
    }))

  test('what was refused for good is not tried again', () =>
    withReceiver(async (receiver) => {
      receiver.behave('refuseForGood')

      const failure = await failureOf(receiver)

      expect([failure.outcome, receiver.tries()]).toEqual(['refused', 1])
    }))

  test('a receiver that never answers is left at its deadline; it may have taken the notice', () =>
    withReceiver(async (receiver) => {
      receiver.behave('hang')

      const failure = await failureOf(receiver)

      expect(failure.outcome).toBe('unknown')
    }))

  test('nothing that it throws shows the secret, however it fails', () =>
    withReceiver(async (receiver) => {
      for (const how of ['refuse', 'refuseForGood', 'hang'] as const) {
        receiver.behave(how)
        const failure = await failureOf(receiver)
        const shown = [failure.message, failure.stack, JSON.stringify(failure), ...failure.hints]
        expect(shown.join('\n')).not.toContain(receiver.secret)
        expect(failure.cause).toBeUndefined()
      }
    }))
}
