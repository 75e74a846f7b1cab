import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {ParameterReference} from '../../ports/parameters.js'

interface Verdict {
  readonly code: string
  readonly what: string
  readonly hints: readonly string[]
}

const missingNames = ['ParameterNotFound', 'ResourceNotFoundException']

export function isMissing(error: unknown): boolean {
  return error instanceof Error && missingNames.includes(error.name)
}

/** What the SDK threw, as one sentence about the reference. AWS's own words hold no value. */
export function parameterFailure(reference: ParameterReference, error: unknown): MitraError {
  if (error instanceof MitraError) return error
  const {code, what, hints} = verdictOf(error)
  const place = `${reference.store}:${reference.name}`
  const kind = code === 'NO_PARAMETER' || code === 'ACCESS_DENIED' ? 'failed' : 'notReady'
  return new MitraError(kind, code, `${place}: ${what}.`, {hints, cause: error})
}

const verdicts: readonly (readonly [RegExp, Verdict])[] = [
  [
    /^(ParameterNotFound|ResourceNotFoundException)$/,
    {
      code: 'NO_PARAMETER',
      what: 'there is none of that name',
      hints: ['mitra env set ENVIRONMENT NAME --stdin writes it.'],
    },
  ],
  [
    /^AccessDenied/,
    {
      code: 'ACCESS_DENIED',
      what: 'AWS denies it',
      hints: [
        'The identity needs ssm:GetParameter, ssm:PutParameter or their twins of secretsmanager.',
      ],
    },
  ],
  [
    /^(CredentialsProviderError|TokenProviderError)$/,
    {
      code: 'NO_CREDENTIALS',
      what: 'there are no AWS credentials',
      hints: ['aws configure or aws sso login makes some; aws.profile or AWS_PROFILE chooses.'],
    },
  ],
  [
    /^(Expired|RequestExpired|UnrecognizedClient|InvalidSignature|InvalidClientToken)/,
    {
      code: 'BAD_CREDENTIALS',
      what: 'AWS does not take the credentials',
      hints: ['aws sso login renews those of IAM Identity Center; get new ones otherwise.'],
    },
  ],
  [
    /^(TimeoutError|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNRESET)$/,
    {
      code: 'UNREACHABLE',
      what: 'AWS is not reached',
      hints: ['Check the network of this machine, and aws.endpoint where it is set.'],
    },
  ],
]

/** By the name that AWS gives its refusal, or by what the network said. */
function verdictOf(error: unknown): Verdict {
  const name = error instanceof Error ? error.name : ''
  const words = [name, codeOf(error) ?? '']
  const known = verdicts.find(([pattern]) => words.some((word) => pattern.test(word)))
  if (known !== undefined) return known[1]
  const [first = ''] = messageOf(error).split('\n')
  return {code: 'PARAMETERS', what: `AWS refuses: ${name} ${first}`, hints: []}
}
