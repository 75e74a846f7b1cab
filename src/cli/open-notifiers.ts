import {MitraError} from '../errors.js'
import type {Clock} from '../ports/clock.js'
import type {Heartbeat, Notifier} from '../ports/notifier.js'
import {Secret, type Secrets} from '../ports/secrets.js'
import type {Workspace} from './tools.js'

export const notifyChannels = ['slack', 'email'] as const

export type NotifyChannel = (typeof notifyChannels)[number]

/** What a channel's secret address is called: a variable, and a name in the secrets file. */
const secretNames = {
  slack: {variable: 'MITRA_SLACK_WEBHOOK_URL', name: 'notify.slack'},
  email: {variable: 'MITRA_SMTP_URL', name: 'notify.smtp'},
  ping: {variable: 'MITRA_PING_URL', name: 'notify.ping'},
} as const

interface Opening {
  readonly config: Workspace['config']
  readonly secrets: Secrets
  readonly clock: Clock
}

/** Throws NOTIFY_NOT_SET, with what to set and where, when the channel has no address. */
export async function openNotifier(channel: NotifyChannel, opening: Opening): Promise<Notifier> {
  const {config, clock} = opening
  const timeoutMs = config.values['notify.timeoutSeconds'] * 1000
  const url = await secretAddress(channel, opening.secrets)
  if (url === undefined) throw notSet(channel)
  if (channel === 'slack') {
    const {SlackWebhook} = await import('../adapters/notify/webhook.js')
    return new SlackWebhook({url, clock, timeoutMs})
  }
  const to = config.values['notify.emailTo']
  if (to.length === 0) {
    throw new MitraError(
      'config',
      'NOTIFY_NOT_SET',
      'Nobody gets e-mail: notify.emailTo is empty.',
      {
        hints: ['notify: {emailTo: [team@example.com]} in mitra.yml, or MITRA_NOTIFY_EMAIL_TO.'],
      },
    )
  }
  const {SmtpMail} = await import('../adapters/notify/smtp.js')
  return new SmtpMail({url, clock, timeoutMs, to, from: config.values['notify.emailFrom']})
}

/** Throws NOTIFY_NOT_KEPT unless the workspace keeps the address: what runs without a shell sees no variable. */
export async function requireKept(channel: NotifyChannel, secrets: Secrets): Promise<void> {
  const {variable, name} = secretNames[channel]
  if ((await secrets.get(name)) !== undefined) return
  const message = `The workspace keeps no address for ${channel}, and cron does not see ${variable}.`
  throw new MitraError('config', 'NOTIFY_NOT_KEPT', message, {
    hints: [`Put it as "${name}" into the workspace's .mitra/secrets.json (mode 0600).`],
  })
}

/** Undefined when no ping address is set: nobody watches over the runs. */
export async function openHeartbeat({
  config,
  secrets,
  clock,
}: Opening): Promise<Heartbeat | undefined> {
  const url = await secretAddress('ping', secrets)
  if (url === undefined) return undefined
  const {PingUrl} = await import('../adapters/notify/ping-url.js')
  return new PingUrl({url, clock, timeoutMs: config.values['notify.timeoutSeconds'] * 1000})
}

async function secretAddress(
  which: keyof typeof secretNames,
  secrets: Secrets,
): Promise<Secret | undefined> {
  const {variable, name} = secretNames[which]
  const text = process.env[variable]
  return text === undefined || text === '' ? secrets.get(name) : new Secret(text)
}

function notSet(channel: NotifyChannel): MitraError {
  const {variable, name} = secretNames[channel]
  const example =
    channel === 'slack'
      ? 'https://hooks.slack.com/services/…'
      : 'smtps://user:password@mail.example.com:465'
  return new MitraError('config', 'NOTIFY_NOT_SET', `There is no address for ${channel}.`, {
    hints: [
      `Set ${variable} to ${example}; it is a secret, so it is no flag and no setting.`,
      `Or put it as "${name}" into the workspace's .mitra/secrets.json (mode 0600).`,
    ],
  })
}
