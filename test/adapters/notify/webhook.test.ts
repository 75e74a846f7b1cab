import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import getTlsOptions from 'smtp-server/lib/tls-options.js'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {slackMessage} from '../../../src/adapters/notify/slack-message.js'
import {SlackWebhook} from '../../../src/adapters/notify/webhook.js'
import {NotifyFailure} from '../../../src/ports/notifier.js'
import {Secret} from '../../../src/ports/secrets.js'
import {notifierContract, someNotice} from '../../contracts/notifier.js'
import {HttpReceiver, inTurn, status} from '../../support/http-receiver.js'
import {WaitingClock} from '../../support/waiting-clock.js'

const path = '/services/T000/B000/S3cretS3cretS3cret'

describe('the webhook of slack keeps what the port promises', () => {
  notifierContract(async () => {
    const receiver = new HttpReceiver()
    const address = await receiver.open()
    const clock = new WaitingClock()
    const url = new Secret(`${address}${path}`)
    const notifier = new SlackWebhook({url, clock, timeoutMs: 1000, random: () => 0.5})
    const takenKeys: string[] = []
    const take: typeof receiver.answer = (response) => {
      takenKeys.push(String(receiver.received.at(-1)?.headers['idempotency-key']))
      response.end('ok')
    }
    receiver.answer = take
    const behaviours = {
      take,
      refuseOnce: inTurn(status(429, 'rate_limited', {'retry-after': '2'}), take),
      refuse: status(503, `no upstream for ${path}`),
      refuseForGood: status(404, `no_service ${path}`),
      hang: () => undefined,
    }
    return {
      notifier,
      clock,
      secret: 'S3cretS3cretS3cret',
      taken: () => takenKeys,
      tries: () => receiver.received.length,
      behave: (how) => {
        receiver.answer = behaviours[how]
      },
      stop: () => receiver.close(),
    }
  })
})

describe('the webhook', () => {
  let receiver: HttpReceiver
  let address: string
  const clock = () => new WaitingClock()

  beforeEach(async () => {
    receiver = new HttpReceiver()
    address = await receiver.open()
  })
  afterEach(() => receiver.close())

  function webhook(url: string, onClock = clock()): SlackWebhook {
    return new SlackWebhook({
      url: new Secret(url),
      clock: onClock,
      timeoutMs: 2000,
      random: () => 0.5,
    })
  }

  async function failure(url: string, onClock = clock()): Promise<unknown> {
    return webhook(url, onClock)
      .send(someNotice)
      .catch((error: unknown) => error)
  }

  test('waits as long as a 429 asks, in seconds or by date', async () => {
    const seconds = clock()
    receiver.answer = inTurn(status(429, '', {'retry-after': '7'}))
    await webhook(address + path, seconds).send(someNotice)

    const date = clock()
    receiver.received.length = 0
    const header = new Date(date.now().getTime() + 9000).toUTCString()
    receiver.answer = inTurn(status(429, '', {'retry-after': header}))
    await webhook(address + path, date).send(someNotice)

    expect([seconds.waitedMs, date.waitedMs]).toEqual([[7000], [9000]])
  })

  test('a wait that is too long is left to the next run, which is told when', async () => {
    const onClock = clock()
    receiver.answer = status(429, '', {'retry-after': '3600'})

    const error = await failure(address + path, onClock)

    expect(onClock.waitedMs).toEqual([])
    expect(error).toMatchObject({outcome: 'retryLater', notBefore: '2026-11-24T07:00:00.000Z'})
  })

  test('a Retry-After that is no time is as good as none', async () => {
    const onClock = clock()
    receiver.answer = inTurn(status(429, '', {'retry-after': 'soon'}))

    await webhook(address + path, onClock).send(someNotice)

    expect(onClock.waitedMs).toEqual([1000])
  })

  test('nobody listening is tried again, and named without the path', async () => {
    await receiver.close()
    const onClock = clock()

    const error = await failure(address + path, onClock)

    expect(onClock.waitedMs).toEqual([1000, 2000])
    expect(error).toMatchObject({
      outcome: 'retryLater',
      message: `The webhook of slack (${address.slice(7)}) cannot be reached: ECONNREFUSED.`,
    })
  })

  test('a name that nobody has can be tried later', async () => {
    const error = await failure('https://hooks.nobody.invalid/services/x')

    expect(error).toMatchObject({outcome: 'retryLater'})
    expect(String(error)).toMatch(
      /hooks\.nobody\.invalid\) cannot be reached: (ENOTFOUND|EAI_AGAIN)/,
    )
  })

  test('a redirect is not followed: the notice stays with whom it was meant for', async () => {
    const elsewhere = new HttpReceiver()
    const other = await elsewhere.open()
    receiver.answer = status(302, '', {location: other})

    const error = await failure(address + path)
    await elsewhere.close()

    expect(error).toMatchObject({outcome: 'refused'})
    expect(elsewhere.received).toEqual([])
  })

  test('a certificate that has expired, or that nobody signed, is refused and not tried again', async () => {
    // The mail server of the tests comes with a certificate of its own, long expired.
    const {key, cert} = getTlsOptions({})
    const server = createServer({key, cert}, (_, response) => response.end('ok'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const {port} = server.address() as AddressInfo
    const onClock = clock()

    const error = await failure(`https://localhost:${port}${path}`, onClock)
    await new Promise((resolve) => server.close(resolve))

    expect(error).toMatchObject({outcome: 'refused'})
    expect(String(error)).toMatch(
      /certificate that is not to be trusted: (CERT_HAS_EXPIRED|\w*SELF_SIGNED\w*)/,
    )
    expect(onClock.waitedMs).toEqual([])
  })

  test('an answer that is cut off leaves open whether it was taken', async () => {
    receiver.answer = (response) => response.destroy()

    expect(await failure(address + path)).toMatchObject({outcome: 'unknown'})
  })

  test.each([
    ['http://hooks.example.com/services/x', 'is not https'],
    ['hooks.example.com/services/x', 'is no URL'],
    ['ftp://hooks.example.com/x', 'is not https'],
  ])('the address %s is refused without being shown', async (url, what) => {
    const error = await failure(url)

    expect(error).toMatchObject({code: 'NOTIFY_ADDRESS', kind: 'config'})
    expect(String(error)).toContain(what)
    expect(String(error)).not.toContain('services/x')
  })

  test('a long page of a proxy is quoted by its first words only', async () => {
    receiver.answer = status(502, `<html>${'x'.repeat(1_000_000)}</html>`)

    const error = await failure(address + path)

    expect(error).toBeInstanceOf(NotifyFailure)
    expect(String(error).length).toBeLessThan(400)
  })
})

describe('the message of slack', () => {
  test('escapes what Slack reads as markup', () => {
    const {text} = slackMessage(someNotice) as {text: string}

    expect(text).toContain('Aurora &amp; RDS  ₹4,100 &lt;up 40 %&gt;')
  })

  test('stays within the limits of Slack, whatever the length, and breaks no letter', () => {
    for (const letter of ['a', '&', '😀', 'मि', 'line\n']) {
      const notice = {...someNotice, title: letter.repeat(300), text: letter.repeat(20_000)}
      const message = slackMessage(notice) as {
        text: string
        blocks: readonly {type: string; text?: {text: string}}[]
      }
      const texts = message.blocks.flatMap(({text}) => (text === undefined ? [] : [text.text]))
      expect(Array.from(texts[0] ?? '').length).toBeLessThanOrEqual(150)
      expect(texts.every((text) => text.length > 0 && text.length <= 3000)).toBe(true)
      expect(message.blocks.length).toBeLessThanOrEqual(50)
      // Half a letter would come back from its bytes as another.
      expect(texts.map((text) => Buffer.from(text).toString())).toEqual(texts)
      expect(texts.slice(1).join('')).not.toMatch(/&(?!amp;)/)
    }
  })

  test('an empty text makes no empty section, which Slack would refuse', () => {
    const {blocks} = slackMessage({...someNotice, text: ' '}) as {blocks: readonly {type: string}[]}

    expect(blocks.map(({type}) => type)).toEqual(['header', 'context'])
  })
})
