import {codeOf, messageOf, type ErrorKind} from '../../errors.js'
import {PageFailure} from '../../ports/bill-pages.js'

interface Verdict {
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
  readonly retry?: PageFailure['retry']
  readonly charged?: PageFailure['charged']
  readonly kind?: ErrorKind
}

/** What the SDK threw, as one of the ends that a page can have. Nothing it says is a secret. */
export function pageFailure(thrown: unknown, now = new Date()): PageFailure {
  if (thrown instanceof PageFailure) return thrown
  const verdict =
    skewed(thrown, now) ??
    refused(thrown) ??
    withoutCredentials(thrown) ??
    unreachable(thrown) ??
    unanswered(thrown)
  const {code, message, hints, retry = 'never', charged = 'no', kind = 'notReady'} = verdict
  return new PageFailure(kind, code, message, {hints, retry, charged, cause: thrown})
}

type Refusal = (words: string) => Verdict

const tooMany: Refusal = (words) => ({
  code: 'THROTTLED',
  message: `Cost Explorer takes no more requests just now: ${words}`,
  hints: ['It was asked several times. Wait some minutes.'],
  retry: 'wait',
})

const expired: Refusal = (words) => ({
  code: 'CREDENTIALS_EXPIRED',
  message: `The AWS credentials have expired: ${words}`,
  hints: ['aws sso login renews those of IAM Identity Center; get new ones otherwise.'],
})

const unknownKey: Refusal = (words) => ({
  code: 'BAD_CREDENTIALS',
  message: `AWS does not know these credentials: ${words}`,
  hints: ['Check AWS_ACCESS_KEY_ID and the profile that cost.profile or AWS_PROFILE names.'],
})

const wrongSignature: Refusal = (words) => ({
  code: 'BAD_SIGNATURE',
  message: `AWS does not accept the signature: ${words}`,
  hints: ['Check the secret access key.', 'Check the clock of this machine.'],
})

const wrongClock: Refusal = (words) => ({
  code: 'CLOCK_SKEW',
  message: `The clock of this machine is wrong: ${words}`,
  hints: ['Set the clock; the days that are asked for depend on it.'],
})

const noAccess: Refusal = (words) =>
  /not enabled for cost explorer/i.test(words)
    ? {
        code: 'NOT_ENABLED',
        message: `Cost Explorer is not enabled in this account: ${words}`,
        hints: [
          'Open Cost Explorer once in the Billing console of the management account.',
          'The first data come up to 24 hours later.',
        ],
      }
    : {
        code: 'ACCESS_DENIED',
        message: `AWS denies it: ${words}`,
        hints: [
          'mitra cost policy prints what the identity has to be allowed.',
          'A member account also needs the access that the management account gives in its preferences.',
        ],
      }

const pageLost: Refusal = (words) => ({
  code: 'PAGE_LOST',
  message: `Cost Explorer did not go on to the next page: ${words}`,
  hints: ['Run the command again; it begins at the first page.'],
  retry: 'restart',
})

const outage: Refusal = (words) => ({
  code: 'SERVER_ERROR',
  message: `Cost Explorer had an error of its own: ${words}`,
  hints: ['Wait some minutes; https://health.aws.amazon.com says what AWS knows of it.'],
  retry: 'wait',
})

/** By the name that AWS gives its refusals, none of which is charged. */
const refusals: Readonly<Record<string, Refusal>> = {
  LimitExceededException: tooMany,
  ThrottlingException: tooMany,
  Throttling: tooMany,
  TooManyRequestsException: tooMany,
  RequestLimitExceeded: tooMany,
  ExpiredTokenException: expired,
  ExpiredToken: expired,
  UnrecognizedClientException: unknownKey,
  InvalidClientTokenId: unknownKey,
  InvalidAccessKeyId: unknownKey,
  InvalidSignatureException: wrongSignature,
  SignatureDoesNotMatch: wrongSignature,
  RequestExpired: wrongClock,
  RequestTimeTooSkewed: wrongClock,
  AccessDeniedException: noAccess,
  AccessDenied: noAccess,
  UnauthorizedException: noAccess,
  RequestChangedException: pageLost,
  InvalidNextTokenException: pageLost,
  InternalFailure: outage,
  InternalServerError: outage,
  InternalServerException: outage,
  ServiceUnavailable: outage,
  ServiceUnavailableException: outage,
  DataUnavailableException: (words) => ({
    code: 'DATA_UNAVAILABLE',
    message: `Cost Explorer has no data for these days yet: ${words}`,
    hints: ['A new account, and one that has just enabled Cost Explorer, waits up to 24 hours.'],
  }),
  BillExpirationException: (words) => ({
    code: 'BILL_EXPIRED',
    message: `Cost Explorer has put the bill away that was asked for: ${words}`,
    hints: ['Run the command again in some minutes.'],
  }),
  BillingViewHealthStatusException: (words) => ({
    code: 'BILLING_VIEW',
    message: `The billing view is not healthy: ${words}`,
    hints: ['Look at Billing View in the Billing console.'],
  }),
  ResourceNotFoundException: (words) => ({
    code: 'BILLING_VIEW',
    message: `There is no such billing view: ${words}`,
    hints: ['Look at Billing View in the Billing console.'],
  }),
  ValidationException: (words) => ({
    code: 'QUERY_REFUSED',
    message: `Cost Explorer does not take the question: ${words}`,
    hints: ['Check the clock of this machine: it decides which days are asked for.'],
  }),
}

function refused(thrown: unknown): Verdict | undefined {
  const name = nameOf(thrown)
  const refusal = refusals[name]
  if (refusal !== undefined) return refusal(wordsOf(thrown))
  const status = statusOf(thrown)
  // An answer in AWS's shape with a name that is not known here.
  if (status === undefined || status < 400 || name === 'SyntaxError') return undefined
  if (status === 429) return tooMany(wordsOf(thrown))
  if (status < 500) {
    const message = `Cost Explorer refuses: ${name}: ${wordsOf(thrown)}`
    return {code: 'REFUSED', message, hints: ['Run again with DEBUG=* to see the whole answer.']}
  }
  // Somebody between us and AWS may have said it, after AWS had done its work.
  return {...outage(`HTTP ${status}`), charged: 'maybe'}
}

/** The server's own clock is in every answer; beyond five minutes it refuses signatures. */
function skewed(thrown: unknown, now: Date): Verdict | undefined {
  const isSignature = [wrongSignature, wrongClock].includes(refusals[nameOf(thrown)] ?? outage)
  const theirs = Date.parse(responseOf(thrown)?.date ?? '')
  if (!isSignature || Number.isNaN(theirs)) return undefined
  const minutes = Math.round((now.getTime() - theirs) / 60_000)
  if (Math.abs(minutes) < 5) return undefined
  const way = minutes > 0 ? 'fast' : 'slow'
  return wrongClock(`it is ${Math.abs(minutes)} minutes ${way} by the clock of AWS.`)
}

function withoutCredentials(thrown: unknown): Verdict | undefined {
  if (!['CredentialsProviderError', 'TokenProviderError'].includes(nameOf(thrown))) return undefined
  // The SDK has one name for both; its own text for a session that is over is all there is.
  if (/expired|sso session/i.test(messageOf(thrown))) return expired(wordsOf(thrown))
  return {
    code: 'NO_CREDENTIALS',
    message: `There are no AWS credentials: ${wordsOf(thrown)}`,
    hints: [
      'aws configure or aws sso login makes some; cost.profile or AWS_PROFILE chooses among several.',
      'mitra cost report --from FILE works without an account.',
    ],
  }
}

const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

function unreachable(thrown: unknown): Verdict | undefined {
  const code = codeOf(thrown) ?? ''
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
  if (!isCertificate && !neverSent.includes(code)) return undefined
  const hints = isCertificate
    ? ['NODE_EXTRA_CA_CERTS names a file with the certificates that your proxy signs with.']
    : ['Check the network of this machine, and cost.endpoint where it is set.']
  const retry = isCertificate ? ('never' as const) : ('wait' as const)
  return {
    code: 'UNREACHABLE',
    message: `Cost Explorer is not reached: ${wordsOf(thrown)}`,
    hints,
    retry,
  }
}

/** It was sent, and no whole answer came back: it may have been charged. */
function unanswered(thrown: unknown): Verdict {
  const status = statusOf(thrown)
  const hints = ['Run the command again; what may have been paid for is counted.']
  if (status !== undefined && status >= 500) {
    return {...outage(`HTTP ${status} that is not of AWS`), charged: 'maybe'}
  }
  if (status !== undefined && status >= 400) return refusedByAnother(status)
  const isHalf = status !== undefined
  const message = isHalf
    ? `The answer of Cost Explorer is cut off or not of AWS: ${wordsOf(thrown)}`
    : `The answer of Cost Explorer was lost: ${wordsOf(thrown)}`
  return {
    code: isHalf ? 'HALF_ANSWER' : 'LOST_ANSWER',
    message,
    hints,
    retry: 'again',
    charged: 'maybe',
  }
}

/** A proxy on the way, as a rule: Cost Explorer itself says no in its own words. */
function refusedByAnother(status: number): Verdict {
  const isDenied = status === 401 || status === 403 || status === 407
  return {
    code: isDenied ? 'ACCESS_DENIED' : 'REFUSED',
    message: `Somebody on the way to Cost Explorer refuses: HTTP ${status}, not in the words of AWS.`,
    hints: [
      'Check the proxy of this machine, and cost.endpoint where it is set.',
      'mitra cost policy prints what the identity has to be allowed.',
    ],
  }
}

/** Without what the SDK adds for those who debug it. */
function wordsOf(thrown: unknown): string {
  const [first = ''] = messageOf(thrown).split('\n')
  return first.replace(/^@smithy\/\S+ - \[ERROR\] /, '')
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : ''
}

interface Response {
  readonly status: number | undefined
  readonly date: string | undefined
}

function statusOf(thrown: unknown): number | undefined {
  return responseOf(thrown)?.status
}

/** The HTTP answer that the SDK hides in its errors. */
function responseOf(thrown: unknown): Response | undefined {
  const response = property(thrown, '$response')
  if (response === undefined) return undefined
  const status = property(response, 'statusCode')
  const date = property(property(response, 'headers'), 'date')
  return {
    status: typeof status === 'number' ? status : undefined,
    date: typeof date === 'string' ? date : undefined,
  }
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}
