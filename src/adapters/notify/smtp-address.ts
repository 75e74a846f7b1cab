import {MitraError} from '../../errors.js'
import type {Secret} from '../../ports/secrets.js'

/** What a URL such as `smtps://user:password@mail.example.com` says. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte (`smtps:`). */
  readonly isSecure: boolean
  /** Go on only over TLS: everywhere but on this machine. */
  readonly needsTls: boolean
  readonly login: {readonly user: string; readonly password: string} | undefined
}

/** Throws NOTIFY_ADDRESS for what is no such URL, without showing it. */
export function smtpServerOf(secret: Secret): SmtpServer {
  const url = parsed(secret)
  const isSecure = url.protocol === 'smtps:'
  if (!isSecure && url.protocol !== 'smtp:')
    throw badSmtp('begins with neither smtp:// nor smtps://')
  if (url.hostname === '') throw badSmtp('names no server')
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  const user = decoded(url.username)
  return {
    host: url.hostname.replaceAll(/[[\]]/g, ''),
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    isSecure,
    needsTls: !isSecure && !isLocal,
    login: user === '' ? undefined : {user, password: decoded(url.password)},
  }
}

function parsed(secret: Secret): URL {
  try {
    return new URL(secret.reveal())
  } catch {
    throw badSmtp('is no URL')
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badSmtp('has a % in its user or password that is not written as %25')
  }
}

function badSmtp(what: string): MitraError {
  return new MitraError('config', 'NOTIFY_ADDRESS', `The address of the mail server ${what}.`, {
    hints: ['It is a secret, so it is not shown: smtps://user:password@mail.example.com:465.'],
  })
}
