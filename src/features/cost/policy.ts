import {MitraError} from '../../errors.js'

export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: string
  readonly Condition?: {readonly StringLike: {readonly 's3:prefix': readonly string[]}}
}

/** An IAM policy document, as AWS takes it. */
export interface IamPolicy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** A folder of an S3 bucket, `s3://company-bills/exports/focus`. */
export interface BucketPrefix {
  readonly bucket: string
  /** Without a slash at the end; empty for the whole bucket. */
  readonly prefix: string
}

/**
 * What the identity of `cost report` has to be allowed, and nothing else. Whose account it is, the
 * report asks STS, which needs no permission.
 */
export function reportPolicy(focus?: BucketPrefix): IamPolicy {
  return {
    Version: '2012-10-17',
    Statement: focus === undefined ? [costExplorerStatement] : exportStatements(focus),
  }
}

// Cost Explorer knows no resources to choose from but billing views, of which the primary one is meant.
const costExplorerStatement: PolicyStatement = {
  Sid: 'MitraCostReport',
  Effect: 'Allow',
  Action: ['ce:GetCostAndUsage'],
  Resource: '*',
}

function exportStatements({bucket, prefix}: BucketPrefix): readonly PolicyStatement[] {
  const folder = prefix === '' ? '' : `${prefix}/`
  const arn = `arn:aws:s3:::${bucket}`
  const list: PolicyStatement = {
    Sid: 'MitraListExport',
    Effect: 'Allow',
    Action: ['s3:ListBucket'],
    Resource: arn,
    ...(prefix === '' ? {} : {Condition: {StringLike: {'s3:prefix': [prefix, `${folder}*`]}}}),
  }
  const read: PolicyStatement = {
    Sid: 'MitraReadExport',
    Effect: 'Allow',
    Action: ['s3:GetObject'],
    Resource: `${arn}/${folder}*`,
  }
  return [list, read]
}

/** Throws BAD_BUCKET for what is no address of S3. */
export function parseBucketPrefix(text: string): BucketPrefix {
  const [, bucket, path = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/[^*?]*)?$/.exec(text) ?? []
  if (bucket === undefined) {
    throw new MitraError('usage', 'BAD_BUCKET', `${JSON.stringify(text)} is no folder of S3.`, {
      hints: ['Write it as s3://bucket/folder; a file on this machine needs no policy.'],
    })
  }
  return {bucket, prefix: path.replaceAll(/^\/+|\/+$/g, '')}
}
