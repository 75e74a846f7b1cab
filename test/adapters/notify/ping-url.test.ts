import {afterEach, beforeEach, expect, test} from 'vitest'
import {PingUrl} from '../../../src/adapters/notify/ping-url.js'
import {Secret} from '../../../src/ports/secrets.js'
import {HttpReceiver, inTurn, status} from '../../support/http-receiver.js'
import {WaitingClock} from '../../support/waiting-clock.js'

const check = '3f1c9a52-0000-4000-8000-5ecre75ecre7'

let receiver: HttpReceiver
let address: string

beforeEach(async () => {
  receiver = new HttpReceiver()
  address = await receiver.open()
})
afterEach(() => receiver.close())

function ping(end = ''): PingUrl {
  const url = new Secret(`${address}/${check}${end}`)
  return new PingUrl({url, clock: new WaitingClock(), timeoutMs: 1000})
}

test.each(['', '/'])(
  'start, success and failure are told apart by the path (ending %j)',
  async (end) => {
    const heartbeat = ping(end)

    await heartbeat.start()
    await heartbeat.success()
    await heartbeat.fail('over budget')

    expect(receiver.received.map((one) => [one.path, one.body])).toEqual([
      [`/${check}/start`, ''],
      [`/${check}${end}`, ''],
      [`/${check}/fail`, 'over budget'],
    ])
  },
)

test('a query of the address is kept', async () => {
  await ping('?create=1').start()

  expect(receiver.received[0]?.path).toBe(`/${check}/start?create=1`)
})

test('an error of a moment is tried again, and one that stays is told without the address', async () => {
  receiver.answer = inTurn(status(500))
  await ping().success()
  receiver.answer = status(500, `oops at /${check}`)

  const error: unknown = await ping()
    .success()
    .catch((thrown: unknown) => thrown)

  expect(receiver.received).toHaveLength(2 + 3)
  expect(error).toMatchObject({code: 'NOTIFY_FAILED'})
  expect(String(error)).not.toContain(check)
})
