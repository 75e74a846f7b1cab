import {NotifyFailure, type Notice, type Notifier} from '../../src/ports/notifier.js'
import type {WaitingClock} from '../support/waiting-clock.js'

type Behaviour = 'take' | 'refuseOnce' | 'refuse' | 'refuseForGood' | 'hang'

/** Keeps what it was sent, and refuses when told to, as the real ones do. */
export class FakeNotifier implements Notifier {
  readonly channel: string
  readonly sent: Notice[] = []
  behaviour: Behaviour = 'take'
  tries = 0
  readonly #clock: WaitingClock | undefined

  constructor(channel = 'slack', clock?: WaitingClock) {
    this.channel = channel
    this.#clock = clock
  }

  async send(notice: Notice): Promise<void> {
    const behaviour = this.behaviour
    for (let at = 1; at <= 3; at += 1) {
      this.tries += 1
      if (behaviour === 'take' || (behaviour === 'refuseOnce' && at === 2)) {
        this.sent.push(notice)
        return
      }
      if (behaviour === 'refuseForGood') throw this.#failure('refused')
      if (at < 3) await this.#clock?.sleep(1000 * at)
    }
    throw this.#failure(behaviour === 'hang' ? 'unknown' : 'retryLater')
  }

  #failure(outcome: NotifyFailure['outcome']): NotifyFailure {
    return new NotifyFailure(`The fake ${this.channel} does not take it.`, {outcome})
  }
}
