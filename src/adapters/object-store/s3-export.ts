import {GetObjectCommand, paginateListObjectsV2, S3Client} from '@aws-sdk/client-s3'
import {messageOf, MitraError} from '../../errors.js'
import type {ExportFile, ExportFiles} from '../../ports/export-files.js'

export interface BucketPlace {
  readonly bucket: string
  /** A key, or what keys begin with. */
  readonly prefix: string
}

/** Where S3 is reached and as whom; what is undefined is the AWS SDK's own search. */
export interface S3Access {
  readonly endpoint: string | undefined
  readonly region: string | undefined
  readonly profile: string | undefined
}

/** `s3://bucket/prefix`; throws EXPORT_PLACE for everything else. */
export function bucketPlace(text: string): BucketPlace {
  const {bucket, prefix = ''} =
    /^s3:\/\/(?<bucket>[^/]+)(?:\/(?<prefix>.*))?$/.exec(text)?.groups ?? {}
  if (bucket !== undefined) return {bucket, prefix}
  throw new MitraError('usage', 'EXPORT_PLACE', `${JSON.stringify(text)} names no bucket.`, {
    hints: ['Write it as s3://bucket/prefix.'],
  })
}

/** A cost export in a bucket, read with the credentials that the AWS SDK finds. */
export class S3Export implements ExportFiles {
  readonly #place: BucketPlace
  readonly #access: S3Access
  #client: S3Client | undefined

  constructor(place: BucketPlace, access: S3Access) {
    this.#place = place
    this.#access = access
  }

  async list(): Promise<readonly ExportFile[]> {
    const {bucket, prefix} = this.#place
    const pages = paginateListObjectsV2({client: this.#s3()}, {Bucket: bucket, Prefix: prefix})
    const files: ExportFile[] = []
    try {
      for await (const {Contents = []} of pages) {
        for (const {Key: key, LastModified: at} of Contents) {
          if (key === undefined || key.endsWith('/') || !isBelow(key, prefix)) continue
          const modified = (at ?? new Date(0)).toISOString()
          files.push({name: `s3://${bucket}/${key}`, path: key, modified})
        }
      }
    } catch (error) {
      throw refused(`s3://${bucket}/${prefix}`, error)
    }
    if (files.length > 0) return files
    throw new MitraError(
      'notReady',
      'EXPORT_MISSING',
      `There is nothing in s3://${bucket}/${prefix}.`,
      {
        hints: ['A first export takes AWS up to 24 hours.', `aws s3 ls s3://${bucket}/`],
      },
    )
  }

  async open({name, path}: ExportFile): Promise<AsyncIterable<Uint8Array>> {
    try {
      const command = new GetObjectCommand({Bucket: this.#place.bucket, Key: path})
      const {Body: body} = await this.#s3().send(command)
      // In Node the body is a stream of bytes; the type also covers browsers.
      if (body !== undefined && Symbol.asyncIterator in body) return body
      throw new Error('the answer has no body')
    } catch (error) {
      throw refused(name, error)
    }
  }

  #s3(): S3Client {
    // The pinned version runs on Node 20; what later ones will need is no news to the user.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
    const {endpoint, region, profile} = this.#access
    this.#client ??= new S3Client({
      ...(endpoint === undefined ? {} : {endpoint, forcePathStyle: true}),
      ...(region === undefined ? {} : {region}),
      ...(profile === undefined ? {} : {profile}),
      followRegionRedirects: true,
    })
    return this.#client
  }
}

/** `bills/nov` is no folder above `bills/november.csv`: one that was meant whole is taken whole. */
function isBelow(key: string, prefix: string): boolean {
  return prefix === '' || prefix.endsWith('/') || key === prefix || key.startsWith(`${prefix}/`)
}

function refused(place: string, error: unknown): MitraError {
  const name = error instanceof Error ? error.name : ''
  const hints: Readonly<Record<string, string>> = {
    NoSuchBucket: 'Check the name of the bucket, and the region.',
    NoSuchKey: 'It was there a moment ago: the export is being delivered, try again.',
    AccessDenied:
      'The credentials need s3:ListBucket on the bucket and s3:GetObject below the prefix.',
    CredentialsProviderError: 'Log in (aws sso login), or set AWS_PROFILE or cost.profile.',
    ExpiredToken: 'Log in again: aws sso login.',
  }
  const message = `${place} cannot be read: ${messageOf(error)}${name === '' ? '' : ` (${name})`}.`
  return new MitraError('notReady', 'EXPORT_REFUSED', message, {
    hints: [hints[name] ?? 'Check the endpoint, the region and the network.'],
    cause: error,
  })
}
