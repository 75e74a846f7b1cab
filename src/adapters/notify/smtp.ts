import {createHash} from 'node:crypto'
import type {SendMailOptions, SMTPSentMessageInfo, Transporter} from 'nodemailer'
import type {Clock} from '../../ports/clock.js'
import {NotifyFailure, type Notice, type Notifier} from '../../ports/notifier.js'
import type {Secret} from '../../ports/secrets.js'
import {withRetries} from './retries.js'
import {smtpServerOf, type SmtpServer} from './smtp-address.js'
import {mailFailure} from './smtp-failure.js'

interface SmtpOptions {
  /** `smtps://user:password@host:465` or `smtp://host:587`. */
  readonly url: Secret
  readonly from: string
  readonly to: readonly string[]
  readonly clock: Clock
  /** For the connection, the greeting and each answer. */
  readonly timeoutMs?: number
  readonly random?: () => number
}

/** E-mail. nodemailer's own deadlines are minutes long; cron cannot wait for those. */
export class SmtpMail implements Notifier {
  readonly channel = 'email'
  readonly #options: Required<SmtpOptions>

  constructor(options: SmtpOptions) {
    this.#options = {timeoutMs: 10_000, random: Math.random, ...options}
  }

  async send(notice: Notice): Promise<void> {
    const {url, clock, random, timeoutMs} = this.#options
    const server = smtpServerOf(url)
    const {createTransport} = await import('nodemailer')
    const message = this.#message(notice)
    await withRetries(
      async () => {
        const transport = createTransport({
          host: server.host,
          port: server.port,
          secure: server.isSecure,
          requireTLS: server.needsTls,
          ...(server.login === undefined
            ? {}
            : {auth: {user: server.login.user, pass: server.login.password}}),
          connectionTimeout: timeoutMs,
          greetingTimeout: timeoutMs,
          socketTimeout: timeoutMs,
          dnsTimeout: timeoutMs,
          tls: {minVersion: 'TLSv1.2'},
          disableFileAccess: true,
          disableUrlAccess: true,
        })
        await mail(transport, message, server)
      },
      {clock, random},
    )
  }

  #message(notice: Notice): SendMailOptions {
    const {from, to, clock} = this.#options
    const {attachment} = notice
    return {
      from,
      to: [...to],
      subject: notice.title,
      text: notice.text,
      messageId: messageId(notice.id, from),
      date: clock.now(),
      headers: {
        'X-Mitra-Notice': encodeURIComponent(notice.id),
        'Auto-Submitted': 'auto-generated',
      },
      ...(notice.severity === 'critical' ? {priority: 'high' as const} : {}),
      ...(notice.html === undefined ? {} : {html: notice.html}),
      ...(attachment === undefined
        ? {}
        : {
            attachments: [
              {
                filename: attachment.name,
                contentType: attachment.type,
                content: attachment.content,
              },
            ],
          }),
    }
  }
}

/** The same for the same notice, so that a repeat is filed as one message. */
export function messageId(noticeId: string, from: string): string {
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'mitra.invalid'
  const digest = createHash('sha256').update(noticeId).digest('hex').slice(0, 32)
  return `<mitra.${digest}@${domain}>`
}

async function mail(
  transport: Transporter<SMTPSentMessageInfo>,
  message: SendMailOptions,
  server: SmtpServer,
): Promise<void> {
  try {
    const {rejected} = await transport.sendMail(message)
    if (rejected.length === 0) return
    throw new NotifyFailure(`The mail server took it, but not for ${rejected.join(', ')}.`, {
      outcome: 'refused',
      hints: ['notify.emailTo says who gets it.'],
    })
  } catch (error) {
    throw error instanceof NotifyFailure ? error : mailFailure(error, server)
  } finally {
    transport.close()
  }
}
