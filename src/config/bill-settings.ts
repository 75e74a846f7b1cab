import * as v from 'valibot'

const profile = v.pipe(
  v.string('expected the name of a profile'),
  v.regex(/^[\w.@+=:/ -]{0,128}$/, 'expected the name of a profile in ~/.aws/config'),
)
const endpoint = v.pipe(
  v.string('expected a URL'),
  v.regex(/^(https?:\/\/[\w.-]+(:\d{1,5})?\/?)?$/, 'expected a URL such as https://ce.example.com'),
)

function wholeFrom(least: number, most: number) {
  const message = `expected a whole number from ${least} to ${most}`
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  )
}

/** What `mitra cost` asks, of whom, and how often. Empty texts choose nothing. */
export const billSettings = {
  'cost.profile': {
    schema: profile,
    fallback: '',
    about: 'The AWS profile of the bill; empty is what AWS_PROFILE or the environment says.',
  },
  'cost.account': {
    // In quotes in mitra.yml, or a leading zero is lost.
    schema: v.pipe(
      v.string('expected an account number in quotes'),
      v.regex(/^(\d{12})?$/, 'expected the twelve digits of an account in quotes'),
    ),
    fallback: '',
    about: 'Whose bill it has to be; empty takes whoever the credentials belong to.',
  },
  'cost.region': {
    schema: v.picklist(
      ['us-east-1', 'cn-northwest-1'],
      'expected us-east-1, where Cost Explorer answers for all regions (cn-northwest-1 in AWS China)',
    ),
    fallback: 'us-east-1',
    about: 'Where Cost Explorer is asked; it knows the costs of every region.',
  },
  'cost.endpoint': {
    schema: endpoint,
    fallback: '',
    about: 'Another address for Cost Explorer: a VPC endpoint. Empty is the one of AWS.',
  },
  'cost.monthlyRequests': {
    schema: wholeFrom(1, 10_000),
    fallback: 100,
    about: 'No more paid requests than this in a month, each $0.01.',
  },
  'cost.warmHours': {
    schema: wholeFrom(0, 168),
    fallback: 20,
    about: 'How long an answer is used before Cost Explorer is asked again.',
  },
  'cost.timeoutSeconds': {
    schema: wholeFrom(1, 600),
    fallback: 60,
    about: 'How long one page of Cost Explorer may take.',
  },
} as const
