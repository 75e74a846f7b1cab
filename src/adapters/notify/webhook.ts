import type {Clock} from '../../ports/clock.js'
import type {Notice, Notifier} from '../../ports/notifier.js'
import type {Secret} from '../../ports/secrets.js'
import {postOnce} from './http-post.js'
import {withRetries} from './retries.js'
import {slackMessage} from './slack-message.js'

interface WebhookOptions {
  readonly url: Secret
  readonly clock: Clock
  readonly timeoutMs?: number
  readonly random?: () => number
}

/** Slack's incoming webhook, and whatever takes the same. */
export class SlackWebhook implements Notifier {
  readonly channel = 'slack'
  readonly #options: Required<WebhookOptions>

  constructor(options: WebhookOptions) {
    this.#options = {timeoutMs: 10_000, random: Math.random, ...options}
  }

  async send(notice: Notice): Promise<void> {
    const {url, clock, timeoutMs, random} = this.#options
    const post = {
      receiver: 'the webhook of slack',
      url,
      type: 'application/json; charset=utf-8',
      body: JSON.stringify(slackMessage(notice)),
      // Slack does not look at it; relays and other receivers do.
      headers: {'idempotency-key': encodeURIComponent(notice.id)},
      timeoutMs,
      clock,
    }
    await withRetries(() => postOnce(post), {clock, random})
  }
}
