import {codeOf, MitraError, messageOf} from '../../errors.js'
import type {Clock} from '../../ports/clock.js'
import {NotifyFailure} from '../../ports/notifier.js'
import type {Secret} from '../../ports/secrets.js'
import {isCertificateCode, isNeverSent} from './network-codes.js'

export interface Post {
  /** As messages call the receiver: `the webhook of slack`. */
  readonly receiver: string
  /** The whole address is the secret: whoever has it may post. */
  readonly url: Secret
  /** Added to the path, where the receiver has several. */
  readonly below?: string
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly clock: Clock
}

/** Posts once. Resolves for 2xx; throws a NotifyFailure with what is known for everything else. */
export async function postOnce(post: Post): Promise<void> {
  const url = postUrl(post)
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: {'content-type': post.type, 'user-agent': 'mitra', ...post.headers},
      body: post.body,
      // A redirect would carry the notice to somebody whom nobody chose.
      redirect: 'manual',
      signal: AbortSignal.timeout(post.timeoutMs),
    })
  } catch (error) {
    throw unreached(error, post, url)
  }
  const text = await startOf(answer)
  if (!answer.ok) throw refusedBy(answer, text, {post, url})
}

/** Throws NOTIFY_ADDRESS for what is no address, without showing it. */
function postUrl({receiver, url, below = ''}: Post): URL {
  let parsed: URL
  try {
    parsed = new URL(url.reveal())
  } catch {
    throw badAddress(receiver, 'is no URL')
  }
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(parsed.hostname)
  const isSafe = parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLocal)
  if (!isSafe) throw badAddress(receiver, 'is not https')
  if (below !== '') parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/${below}`
  return parsed
}

function badAddress(receiver: string, what: string): MitraError {
  return new MitraError('config', 'NOTIFY_ADDRESS', `The address of ${receiver} ${what}.`, {
    hints: ['It is a secret, so it is not shown; it begins with https://.'],
  })
}

function unreached(error: unknown, {receiver, timeoutMs}: Post, {host}: URL): NotifyFailure {
  const cause = error instanceof Error ? error.cause : undefined
  const code = codeOf(cause) ?? codeOf(error) ?? ''
  if (error instanceof Error && error.name === 'TimeoutError') {
    const message = `${receiver} (${host}) did not answer within ${timeoutMs / 1000} s.`
    return new NotifyFailure(upper(message), {outcome: 'unknown'})
  }
  if (isCertificateCode(code)) {
    const message = `${receiver} (${host}) shows a certificate that is not to be trusted: ${code}.`
    return new NotifyFailure(upper(message), {
      outcome: 'refused',
      hints: ['A company proxy? NODE_EXTRA_CA_CERTS names the file with its certificate.'],
    })
  }
  const what = code === '' ? messageOf(cause ?? error).split('\n')[0] : code
  return new NotifyFailure(upper(`${receiver} (${host}) cannot be reached: ${what}.`), {
    outcome: isNeverSent(code) ? 'retryLater' : 'unknown',
  })
}

interface Answered {
  readonly post: Post
  readonly url: URL
}

function refusedBy(answer: Response, text: string, {post, url}: Answered): NotifyFailure {
  const {receiver, clock} = post
  const said = text === '' ? '' : `: ${withoutAddress(text, url)}`
  const message = upper(`${receiver} (${url.host}) answered ${answer.status}${said}.`)
  if (answer.status === 429 || answer.status === 503) {
    const notBefore = retryAfter(answer.headers.get('retry-after'), clock.now())
    return new NotifyFailure(message, {outcome: 'retryLater', notBefore})
  }
  if (answer.status === 408 || answer.status >= 500) {
    return new NotifyFailure(message, {outcome: answer.status === 408 ? 'retryLater' : 'unknown'})
  }
  const isGone = [401, 403, 404, 410].includes(answer.status)
  const hints = isGone ? ['The address may have been revoked: make a new one and set it.'] : []
  return new NotifyFailure(message, {outcome: 'refused', hints})
}

/** Seconds or a date, as an ISO time; undefined for anything else. */
export function retryAfter(header: string | null, now: Date): string | undefined {
  if (header === null) return undefined
  const time = /^\d{1,9}$/.test(header) ? now.getTime() + Number(header) * 1000 : Date.parse(header)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

/** Receivers quote what they were asked for. */
function withoutAddress(text: string, url: URL): string {
  const parts = [url.href, `${url.pathname}${url.search}`, url.pathname, url.search.slice(1)]
  const secret = [...parts, ...url.pathname.split('/').filter((part) => part.length >= 8)]
  return secret
    .filter((part) => part.length > 1)
    .reduce((all, part) => all.replaceAll(part, '[redacted]'), text)
}

/** The first words of an answer on one line; a page of a proxy is not read to its end. */
async function startOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, {stream: true})
      if (text.length > 2000) break
    }
  } catch {
    // The status line says enough.
  }
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
}

function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
