import {describe} from 'vitest'
import {notifierContract} from '../contracts/notifier.js'
import {WaitingClock} from '../support/waiting-clock.js'
import {FakeNotifier} from './notifier.js'

describe('the fake keeps what the port promises', () => {
  notifierContract(async () => {
    const clock = new WaitingClock()
    const notifier = new FakeNotifier('slack', clock)
    return {
      notifier,
      clock,
      secret: 'S3cret',
      taken: () => notifier.sent.map(({id}) => id),
      tries: () => notifier.tries,
      behave: (how) => {
        notifier.behaviour = how
      },
      stop: async () => undefined,
    }
  })
})
