import {codeOf} from '../../errors.js'
import {NotifyFailure} from '../../ports/notifier.js'
import {isCertificateCode, isNeverSent} from './network-codes.js'
import type {SmtpServer} from './smtp-address.js'

/**
 * What nodemailer 10 throws, by its code, the network's and the server's number; never by its text,
 * which quotes what was sent.
 */
export function mailFailure(error: unknown, {host, port}: SmtpServer): NotifyFailure {
  const found = {code: codeOf(error) ?? '', network: networkCode(error), answer: answerOf(error)}
  const where = `The mail server ${host}:${port}`
  return tlsFailure(where, found) ?? answeredFailure(where, found) ?? unreachedFailure(where, found)
}

interface Found {
  readonly code: string
  /** Node's own code under nodemailer's. */
  readonly network: string
  /** The number that the server answered with. */
  readonly answer: number | undefined
}

function tlsFailure(where: string, {code, network}: Found): NotifyFailure | undefined {
  if (code !== 'ETLS' && !isCertificateCode(network)) return undefined
  const what = network === '' ? '' : ` (${network})`
  return new NotifyFailure(`${where} offers no TLS that can be trusted${what}.`, {
    outcome: 'refused',
    hints: ['A server of your own? NODE_EXTRA_CA_CERTS names the file with its certificate.'],
  })
}

function answeredFailure(where: string, {code, answer}: Found): NotifyFailure | undefined {
  if (answer === undefined) return undefined
  const outcome = answer < 500 ? 'retryLater' : 'refused'
  if (code !== 'EAUTH') return new NotifyFailure(`${where} refuses it (${answer}).`, {outcome})
  return new NotifyFailure(`${where} refuses the login (${answer}).`, {
    outcome,
    hints: ['User and password are part of the address; a % in them is %25, an @ is %40.'],
  })
}

const endings: Readonly<Record<string, string>> = {
  EPROTOCOL: 'does not speak SMTP',
  ETIMEDOUT: 'did not answer in time',
  ECONNECTION: 'ended the connection',
}

function unreachedFailure(where: string, {code, network}: Found): NotifyFailure {
  const what = endings[code] ?? `cannot be reached (${network === '' ? code : network})`
  const outcome = code === 'EPROTOCOL' ? 'refused' : isNeverSent(network) ? 'retryLater' : 'unknown'
  const hints = code === 'EPROTOCOL' ? ['smtps:// is for port 465, smtp:// for 587 and 25.'] : []
  return new NotifyFailure(`${where} ${what}.`, {outcome, hints})
}

function networkCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('originalCode' in error)) return ''
  return typeof error.originalCode === 'string' ? error.originalCode : ''
}

function answerOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return undefined
  return typeof error.responseCode === 'number' ? error.responseCode : undefined
}
