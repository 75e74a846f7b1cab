import {createServer, type AddressInfo} from 'node:net'
import {SMTPServer, type SMTPServerOptions} from 'smtp-server'
import {afterEach, describe, expect, test} from 'vitest'
import {SmtpMail} from '../../../src/adapters/notify/smtp.js'
import {smtpServerOf} from '../../../src/adapters/notify/smtp-address.js'
import {Secret} from '../../../src/ports/secrets.js'
import {notifierContract, someNotice} from '../../contracts/notifier.js'
import {WaitingClock} from '../../support/waiting-clock.js'

const password = 'p@ss/S3cret%'
const login = `team:${encodeURIComponent(password)}`

/** A mail server that we did not write, told how to answer. */
class MailServer {
  readonly mails: string[] = []
  tries = 0
  onMail: (raw: string) => number | undefined | 'hang' | 'cut' = () => undefined
  readonly #server: SMTPServer

  constructor(options: SMTPServerOptions = {}) {
    this.#server = new SMTPServer({
      logger: false,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      authOptional: false,
      onAuth: ({username, password: given}, _, done) => {
        const isRight = username === 'team' && given === password
        done(isRight ? undefined : Object.assign(new Error('no'), {responseCode: 535}), {
          user: 'team',
        })
      },
      onData: (stream, _, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => this.#take(Buffer.concat(chunks).toString(), done))
      },
      ...options,
    })
    this.#server.on('error', () => undefined)
  }

  async open(): Promise<number> {
    const listening = await new Promise<AddressInfo>((resolve) => {
      const server = this.#server.listen(0, '127.0.0.1', () =>
        resolve(server.address() as AddressInfo),
      )
    })
    return listening.port
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve))
  }

  #take(raw: string, done: (error?: Error | null) => void): void {
    this.tries += 1
    const answer = this.onMail(raw)
    if (answer === 'hang') return
    if (answer === 'cut') {
      for (const connection of this.#server.connections) connection.close()
      return
    }
    if (answer !== undefined)
      return done(Object.assign(new Error(`quoting ${password}`), {responseCode: answer}))
    this.mails.push(raw)
    done()
  }
}

describe('mail over SMTP keeps what the port promises', () => {
  notifierContract(async () => {
    const server = new MailServer({closeTimeout: 100})
    const port = await server.open()
    const clock = new WaitingClock()
    const behaviours = {
      take: () => undefined,
      refuseOnce: () => (server.tries === 1 ? 451 : undefined),
      refuse: () => 451,
      refuseForGood: () => 554,
      hang: () => 'hang' as const,
    }
    return {
      notifier: mailer(`smtp://${login}@127.0.0.1:${port}`, clock),
      clock,
      secret: password,
      taken: () => server.mails.map((raw) => /^Message-ID: (.+)$/im.exec(raw)?.[1] ?? ''),
      tries: () => server.tries,
      behave: (how) => {
        server.tries = 0
        server.onMail = behaviours[how]
      },
      stop: () => server.close(),
    }
  })
})

function mailer(url: string, clock = new WaitingClock(), to = ['team@example.com']): SmtpMail {
  return new SmtpMail({
    url: new Secret(url),
    from: 'Mitra <mitra@example.com>',
    to,
    clock,
    timeoutMs: 1500,
    random: () => 0.5,
  })
}

describe('mail', () => {
  let server: MailServer | undefined
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  async function opened(
    options: SMTPServerOptions = {},
  ): Promise<{server: MailServer; port: number}> {
    const made = new MailServer({closeTimeout: 100, ...options})
    server = made
    return {server: made, port: await made.open()}
  }

  async function failure(url: string, to?: string[]): Promise<unknown> {
    return mailer(url, new WaitingClock(), to)
      .send(someNotice)
      .catch((error: unknown) => error)
  }

  test('carries text, HTML and a file, marked as written by a machine', async () => {
    const {server: at, port} = await opened()

    await mailer(`smtp://${login}@localhost:${port}`).send({
      ...someNotice,
      severity: 'critical',
      html: '<p>₹18,400</p>',
      attachment: {name: 'report.csv', type: 'text/csv', content: 'service,cost\n'},
    })

    const [raw = ''] = at.mails
    expect(raw).toMatch(/^From: Mitra <mitra@example\.com>$/m)
    expect(raw).toMatch(/^Auto-Submitted: auto-generated$/m)
    expect(raw).toMatch(/^X-Priority: 1/m)
    expect(raw).toContain('Content-Type: text/plain')
    expect(raw).toContain('Content-Type: text/html')
    expect(raw).toMatch(/filename="?report\.csv/)
    expect(raw).toMatch(/^Message-ID: <mitra\.[0-9a-f]{32}@example\.com>$/im)
  })

  test('a wrong password is refused once, with how to write one', async () => {
    const {port} = await opened()

    const error = await failure(`smtp://team:wrong-word-here@127.0.0.1:${port}`)

    expect(error).toMatchObject({
      outcome: 'refused',
      message: `The mail server 127.0.0.1:${port} refuses the login (535).`,
    })
    expect(JSON.stringify(error)).not.toContain('wrong-word-here')
  })

  test('a mailbox that is full for now is tried again, one that is unknown is not', async () => {
    let code = 452
    const onRcptTo: SMTPServerOptions['onRcptTo'] = (_, __, done) =>
      done(Object.assign(new Error('no'), {responseCode: code}))
    const {port} = await opened({authOptional: true, onRcptTo})

    const full = await failure(`smtp://127.0.0.1:${port}`)
    code = 550
    const unknown = await failure(`smtp://127.0.0.1:${port}`)

    expect([full, unknown]).toMatchObject([{outcome: 'retryLater'}, {outcome: 'refused'}])
  })

  test('a mail that some do not get names them, and is not sent to the others twice', async () => {
    const onRcptTo: SMTPServerOptions['onRcptTo'] = ({address}, _, done) =>
      done(address.startsWith('gone') ? Object.assign(new Error('no'), {responseCode: 550}) : null)
    const {server: at, port} = await opened({authOptional: true, onRcptTo})

    const error = await failure(`smtp://127.0.0.1:${port}`, [
      'team@example.com',
      'gone@example.com',
    ])

    expect(error).toMatchObject({
      outcome: 'refused',
      message: 'The mail server took it, but not for gone@example.com.',
    })
    expect(at.mails).toHaveLength(1)
  })

  test('a connection that ends after the last line leaves open whether it was taken', async () => {
    const {server: at, port} = await opened({authOptional: true})
    at.onMail = () => 'cut'

    expect(await failure(`smtp://127.0.0.1:${port}`)).toMatchObject({outcome: 'unknown'})
  })

  test('nobody listening can be tried later', async () => {
    const {server: at, port} = await opened()
    await at.close()
    server = undefined

    const error = await failure(`smtp://${login}@127.0.0.1:${port}`)

    expect(error).toMatchObject({
      outcome: 'retryLater',
      message: `The mail server 127.0.0.1:${port} cannot be reached (ECONNREFUSED).`,
    })
  })

  test.each([
    ['smtps', true],
    ['smtp', false],
  ] as const)('a certificate that has expired is refused over %s', async (protocol, secure) => {
    const {server: at, port} = await opened({secure, disabledCommands: [], authOptional: true})

    const error = await failure(`${protocol}://${login}@127.0.0.1:${port}`)

    expect(error).toMatchObject({outcome: 'refused'})
    expect(String(error)).toMatch(
      /offers no TLS that can be trusted \(\w*(EXPIRED|SELF_SIGNED)\w*\)/,
    )
    expect(at.mails).toEqual([])
  })

  test('what does not speak SMTP is named as such', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const {port} = web.address() as AddressInfo

    const error = await failure(`smtp://127.0.0.1:${port}`)
    await new Promise((resolve) => web.close(resolve))

    expect(error).toMatchObject({message: `The mail server 127.0.0.1:${port} does not speak SMTP.`})
  })

  test('a line break in a title makes no header of its own', async () => {
    const {server: at, port} = await opened({authOptional: true})

    await mailer(`smtp://127.0.0.1:${port}`).send({
      ...someNotice,
      title: 'a\r\nBcc: all@example.com',
    })

    expect(at.mails[0]).not.toMatch(/^Bcc:/m)
  })
})

describe('the address of a mail server', () => {
  test('away from this machine nothing is said before TLS', () => {
    expect(smtpServerOf(new Secret('smtp://u:p@mail.example.com'))).toMatchObject({
      port: 587,
      isSecure: false,
      needsTls: true,
    })
    expect(smtpServerOf(new Secret('smtps://mail.example.com'))).toMatchObject({
      port: 465,
      isSecure: true,
      login: undefined,
    })
    expect(smtpServerOf(new Secret('smtp://localhost:2525'))).toMatchObject({needsTls: false})
  })

  test.each(['mail.example.com', 'http://mail.example.com', 'smtp://', 'smtp://u:S3cret%zz@h'])(
    '%s is refused without being shown',
    (url) => {
      expect(() => smtpServerOf(new Secret(url))).toThrow(/^The address of the mail server /)
      expect(() => smtpServerOf(new Secret(url))).not.toThrow(/S3cret/)
    },
  )
})
