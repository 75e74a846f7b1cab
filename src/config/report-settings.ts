import * as v from 'valibot'

/** Where a report reads a cost export. Empty texts choose nothing. */
export const reportSettings = {
  'cost.export': {
    schema: v.pipe(v.string('expected a path or s3://bucket/prefix'), v.maxLength(1024)),
    fallback: '',
    about:
      'A FOCUS export to report on instead of asking Cost Explorer: a file, a folder or s3://bucket/prefix.',
  },
  'cost.exportEndpoint': {
    schema: v.pipe(
      v.string('expected a URL'),
      v.regex(/^(https?:\/\/\S+)?$/, 'expected a URL such as https://s3.example.com'),
    ),
    fallback: '',
    about: 'Another address for the S3 that the export lies in. Empty is the one of AWS.',
  },
  'cost.exportRegion': {
    schema: v.pipe(
      v.string('expected a region'),
      v.regex(/^[a-z0-9-]+$/, 'expected a region such as ap-south-1'),
    ),
    fallback: 'us-east-1',
    about: 'The region to ask first for the bucket of the export; S3 names the right one itself.',
  },
} as const
