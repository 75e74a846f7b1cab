import {mkdtemp, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, expect, test, vi} from 'vitest'
import {FileSecrets} from '../../src/adapters/secrets/file-secrets.js'
import {openHeartbeat, openNotifier} from '../../src/cli/open-notifiers.js'
import {loadConfig} from '../../src/config/load.js'
import {HttpReceiver} from '../support/http-receiver.js'
import {WaitingClock} from '../support/waiting-clock.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

async function opening(secrets: Readonly<Record<string, string>> = {}, environment = {}) {
  const file = join(await mkdtemp(join(tmpdir(), 'mitra notify ')), 'secrets.json')
  await writeFile(file, JSON.stringify(secrets), {mode: 0o600})
  const config = await loadConfig(undefined, environment)
  return {config, secrets: new FileSecrets(file), clock: new WaitingClock()}
}

test('the address comes from the variable, else from the secrets file', async () => {
  const receiver = new HttpReceiver()
  const address = await receiver.open()
  const notice = {id: 'x', title: 'x', text: 'x', severity: 'info'} as const
  const given = await opening({'notify.slack': `${address}/from-file`})

  await (await openNotifier('slack', given)).send(notice)
  vi.stubEnv('MITRA_SLACK_WEBHOOK_URL', `${address}/from-variable`)
  await (await openNotifier('slack', given)).send(notice)
  await receiver.close()

  expect(receiver.received.map(({path}) => path)).toEqual(['/from-file', '/from-variable'])
})

test('a channel without an address says what to set', async () => {
  const error: unknown = await openNotifier('slack', await opening()).catch((e: unknown) => e)

  expect(error).toMatchObject({code: 'NOTIFY_NOT_SET', kind: 'config'})
  expect(error).toMatchObject({
    hints: [expect.stringContaining('MITRA_SLACK_WEBHOOK_URL'), expect.anything()],
  })
})

test('mail needs somebody to go to', async () => {
  const secrets = {'notify.smtp': 'smtp://127.0.0.1:9'}
  const nobody: unknown = await openNotifier('email', await opening(secrets)).catch(
    (e: unknown) => e,
  )
  const somebody = await openNotifier(
    'email',
    await opening(secrets, {MITRA_NOTIFY_EMAIL_TO: 'a@example.com, b@example.com'}),
  )

  expect(nobody).toMatchObject({message: 'Nobody gets e-mail: notify.emailTo is empty.'})
  expect(somebody.channel).toBe('email')
})

test('without a ping address nobody watches, which is no error', async () => {
  expect(await openHeartbeat(await opening())).toBeUndefined()
  expect(
    await openHeartbeat(await opening({'notify.ping': 'https://hc.example.com/x'})),
  ).toBeDefined()
})
