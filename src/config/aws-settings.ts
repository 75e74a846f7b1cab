import * as v from 'valibot'

/** Where the values of staging and production lie. Empty texts choose nothing. */
export const awsSettings = {
  'aws.region': {
    schema: v.pipe(
      v.string('expected a region'),
      v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as ap-south-1'),
    ),
    fallback: 'ap-south-1',
    about: 'The region of the parameters and secrets of staging and production.',
  },
  'aws.profile': {
    schema: v.pipe(
      v.string('expected the name of a profile'),
      v.regex(/^[\w.@+=:/ -]{0,128}$/, 'expected the name of a profile in ~/.aws/config'),
    ),
    fallback: '',
    about: 'The AWS profile; empty is what AWS_PROFILE or the environment says.',
  },
  'aws.endpoint': {
    schema: v.pipe(
      v.string('expected a URL'),
      v.regex(
        /^(https?:\/\/[\w.-]+(:\d{1,5})?\/?)?$/,
        'expected a URL such as https://ssm.example.com',
      ),
    ),
    fallback: '',
    about: 'Another address for SSM and Secrets Manager: a VPC endpoint. Empty is the one of AWS.',
  },
} as const
