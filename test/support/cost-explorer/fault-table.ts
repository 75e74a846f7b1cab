import type {GetCostAndUsageResponse, ResultByTime} from '@aws-sdk/client-cost-explorer'
import {refuse} from './refusal.js'
import type {Fault} from './stand-in.js'

/** One thing that goes wrong, and how it has to end. */
export interface FaultCase {
  readonly name: string
  /** By the number of the question, from 1. */
  readonly faultFor: (number: number) => Fault | undefined
  /**
   * `recovers`: asked again, the answer is whole and right. Otherwise the code of the failure: with
   * good data stored they are shown, with their age, and the exit code is 5; without any it is 4.
   */
  readonly ends: string
  /** Groups on a page, where several pages are part of it. */
  readonly pageSize?: number
}

function always(fault: Omit<Fault, 'name'>): FaultCase['faultFor'] {
  return () => ({name: 'always', ...fault})
}

function once(fault: Omit<Fault, 'name'>, number = 1): FaultCase['faultFor'] {
  return (asked) => (asked === number ? {name: `question ${number}`, ...fault} : undefined)
}

function from(number: number, fault: Omit<Fault, 'name'>): FaultCase['faultFor'] {
  return (asked) => (asked >= number ? {name: `from ${number}`, ...fault} : undefined)
}

function refusal(type: string, message: string, status?: number): Omit<Fault, 'name'> {
  return {refuse: refuse(type, message, status)}
}

type Answer = GetCostAndUsageResponse

function days(change: (days: readonly ResultByTime[]) => ResultByTime[]): Omit<Fault, 'name'> {
  return {
    change: (answer: Answer) => ({...answer, ResultsByTime: change(answer.ResultsByTime ?? [])}),
  }
}

/** Changes the first group of the answer's first day that has one. */
function firstGroup(
  change: (group: NonNullable<ResultByTime['Groups']>[number]) => object,
): Omit<Fault, 'name'> {
  return days((all) => {
    const at = all.findIndex(({Groups = []}) => Groups.length > 0)
    return all.map((day, index) => {
      const [group, ...rest] = day.Groups ?? []
      if (index !== at || group === undefined) return day
      return {...day, Groups: [{...group, ...change(group)}, ...rest]}
    })
  })
}

function amount(Amount: string, Unit = 'INR') {
  return {Metrics: {NetUnblendedCost: {Amount, Unit}, NetAmortizedCost: {Amount, Unit}}}
}

const html = '<html><body><h1>502 Bad Gateway</h1></body></html>'
const denied =
  'User: arn:aws:iam::111122223333:user/x is not authorized to perform: ce:GetCostAndUsage'
const skewDate = new Date(Date.UTC(2020, 0, 1)).toUTCString()
const skewBody = JSON.stringify({
  __type: 'InvalidSignatureException',
  message: 'Signature expired: 20261124T000000Z is now earlier than 20261124T001000Z',
})

/** Everything known to go wrong between a report and its bill. */
export const faultTable: readonly FaultCase[] = [
  {
    name: 'a throttle that passes',
    faultFor: once(refusal('LimitExceededException', 'Rate exceeded')),
    ends: 'recovers',
  },
  {
    name: 'a throttle that stays',
    faultFor: always(refusal('LimitExceededException', 'Rate exceeded')),
    ends: 'THROTTLED',
  },
  {
    name: 'a throttle by another name',
    faultFor: always(refusal('ThrottlingException', 'Rate exceeded', 429)),
    ends: 'THROTTLED',
  },
  {
    name: 'access denied',
    faultFor: always(refusal('AccessDeniedException', denied)),
    ends: 'ACCESS_DENIED',
  },
  {
    name: 'Cost Explorer not enabled',
    faultFor: always(refusal('AccessDeniedException', 'User not enabled for cost explorer access')),
    ends: 'NOT_ENABLED',
  },
  {
    name: 'a member account without access',
    faultFor: always(
      refusal('AccessDeniedException', "Linked account doesn't have access to cost explorer."),
    ),
    ends: 'ACCESS_DENIED',
  },
  {
    name: 'no data yet',
    faultFor: always(
      refusal(
        'DataUnavailableException',
        'Data is not available. Please try to adjust the time period.',
      ),
    ),
    ends: 'DATA_UNAVAILABLE',
  },
  {
    name: 'an expired session',
    faultFor: always(
      refusal('ExpiredTokenException', 'The security token included in the request is expired'),
    ),
    ends: 'CREDENTIALS_EXPIRED',
  },
  {
    name: 'an unknown key',
    faultFor: always(
      refusal(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      ),
    ),
    ends: 'BAD_CREDENTIALS',
  },
  {
    name: 'a wrong secret',
    faultFor: always(
      refusal('InvalidSignatureException', 'The request signature we calculated does not match'),
    ),
    ends: 'BAD_SIGNATURE',
  },
  {
    name: 'a wrong clock',
    faultFor: always({raw: {status: 400, body: skewBody, date: skewDate}}),
    ends: 'CLOCK_SKEW',
  },
  {
    name: 'a request that came too late',
    faultFor: always(refusal('RequestExpired', 'Request has expired.')),
    ends: 'CLOCK_SKEW',
  },
  {
    name: 'a bill put away',
    faultFor: always(refusal('BillExpirationException', 'The requested report expired.')),
    ends: 'BILL_EXPIRED',
  },
  {
    name: 'a billing view out of order',
    faultFor: always(refusal('BillingViewHealthStatusException', 'The billing view is updating')),
    ends: 'BILLING_VIEW',
  },
  {
    name: 'a question refused',
    faultFor: always(refusal('ValidationException', 'Start date is too far in the past')),
    ends: 'QUERY_REFUSED',
  },
  {
    name: 'an error of AWS that passes',
    faultFor: once(refusal('InternalFailure', 'An internal error', 500)),
    ends: 'recovers',
  },
  {
    name: 'an error of AWS that stays',
    faultFor: always(refusal('ServiceUnavailableException', 'Unavailable', 503)),
    ends: 'SERVER_ERROR',
  },
  {name: 'HTML with 502', faultFor: always({raw: {status: 502, body: html}}), ends: 'SERVER_ERROR'},
  {
    name: 'HTML with 200, as of a captive portal',
    faultFor: always({raw: {status: 200, body: html}}),
    ends: 'HALF_ANSWER',
  },
  {name: 'an empty answer', faultFor: always({raw: {status: 200, body: ''}}), ends: 'ODD_ANSWER'},
  {
    name: 'an answer lost once, after it was billed',
    faultFor: once({cutAfter: 0}),
    ends: 'recovers',
  },
  {name: 'every answer lost', faultFor: always({cutAfter: 0}), ends: 'LOST_ANSWER'},
  {name: 'an answer cut in half once', faultFor: once({cutAfter: 0.5}), ends: 'recovers'},
  {name: 'every answer cut in half', faultFor: always({cutAfter: 0.5}), ends: 'HALF_ANSWER'},
  {name: 'an answer that never comes', faultFor: always({delayMs: 30_000}), ends: 'LOST_ANSWER'},
  {
    name: 'a second page that is lost',
    faultFor: from(2, {cutAfter: 0}),
    ends: 'LOST_ANSWER',
    pageSize: 200,
  },
  {
    name: 'a second page that is denied',
    faultFor: from(2, refusal('AccessDeniedException', denied)),
    ends: 'ACCESS_DENIED',
    pageSize: 200,
  },
  {
    name: 'a second page that is throttled once',
    faultFor: once(refusal('LimitExceededException', 'Rate exceeded'), 2),
    ends: 'recovers',
    pageSize: 200,
  },
  {
    name: 'a token that was refused once',
    faultFor: once(refusal('InvalidNextTokenException', 'Invalid pagination token'), 2),
    ends: 'recovers',
    pageSize: 200,
  },
  {
    name: 'a token that is always refused',
    faultFor: (n) =>
      n % 2 === 0
        ? {
            name: 'every second',
            ...refusal('RequestChangedException', 'Your request parameters changed between pages.'),
          }
        : undefined,
    ends: 'PAGE_LOST',
    pageSize: 200,
  },
  {
    name: 'pages in a circle',
    faultFor: always({
      change: (answer, {NextPageToken}) => ({
        ...answer,
        NextPageToken: NextPageToken ?? answer.NextPageToken,
      }),
    }),
    ends: 'ODD_ANSWER',
    pageSize: 200,
  },
  {
    name: 'a day left out in the middle',
    faultFor: always(days((all) => all.filter((_, index) => index !== 3))),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'days left out at the end',
    faultFor: always(days((all) => all.slice(0, -2))),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'a day that comes twice',
    faultFor: always(days((all) => [...all.slice(0, 1), ...all])),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'days beyond the end',
    faultFor: always(
      days((all) => [
        ...all,
        {...all.at(-1), TimePeriod: {Start: '2099-01-01', End: '2099-01-02'}},
      ]),
    ),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'an amount that is no number',
    faultFor: always(firstGroup(() => amount('NaN'))),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'an amount in exponents beyond all bills',
    faultFor: always(firstGroup(() => amount('1e99'))),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'two currencies on one day',
    faultFor: always(firstGroup(() => amount('1', 'USD'))),
    ends: 'CURRENCY_MIX',
  },
  {
    name: 'a group without its record type',
    faultFor: always(firstGroup(({Keys = []}) => ({Keys: Keys.slice(0, 1)}))),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'a metric left out',
    faultFor: always(
      firstGroup(({Metrics}) => ({Metrics: {NetUnblendedCost: Metrics?.['NetUnblendedCost']}})),
    ),
    ends: 'ODD_ANSWER',
  },
  {
    name: 'no answer at all in the answer',
    faultFor: always({change: () => ({})}),
    ends: 'ODD_ANSWER',
  },
]
