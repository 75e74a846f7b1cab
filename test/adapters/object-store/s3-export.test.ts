import {gzipSync} from 'node:zlib'
import {CreateBucketCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {FocusCostSource} from '../../../src/adapters/focus/focus-source.js'
import {bucketPlace, S3Export} from '../../../src/adapters/object-store/s3-export.js'
import {always, billedDays, exportText} from '../focus/exports.js'
import {nativeWorkspace, type NativeWorkspace} from '../native/workspace.js'

let workspace: NativeWorkspace
let client: S3Client
let endpoint: string
// What later versions of the SDK will need is no news here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
const before = {...process.env}

/** The stack's own S3 server, with a bucket as AWS fills it. */
beforeAll(async () => {
  workspace = await nativeWorkspace(22_600)
  await workspace.stack.up(['object-store'], async () => undefined)
  const {ports, secrets} = workspace.settings
  process.env['AWS_ACCESS_KEY_ID'] = (await secrets.ensure('objectStore.accessKey')).reveal()
  process.env['AWS_SECRET_ACCESS_KEY'] = (await secrets.ensure('objectStore.secretKey')).reveal()
  process.env['AWS_REGION'] = 'us-east-1'
  endpoint = `http://127.0.0.1:${ports.objectStore}`
  client = new S3Client({endpoint, forcePathStyle: true})
  await client.send(new CreateBucketCommand({Bucket: 'company-bills'}))
}, 120_000)

afterAll(async () => {
  client.destroy()
  Object.assign(process.env, before)
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION']) {
    if (before[name] === undefined) delete process.env[name]
  }
  await workspace.close()
})

async function put(key: string, body: string | Uint8Array): Promise<void> {
  await client.send(new PutObjectCommand({Bucket: 'company-bills', Key: key, Body: body}))
}

function ledgerOf(place: string) {
  const files = new S3Export(bucketPlace(place), {endpoint, region: undefined, profile: undefined})
  return new FocusCostSource({files, place}).ledger(always)
}

const day = (date: string, BilledCost: string) =>
  gzipSync(
    exportText([{ChargePeriodStart: date, ChargePeriodEnd: `${date}T06:00:00Z`, BilledCost}]),
  )

describe('an export in a bucket', () => {
  test('is one object, or all below a prefix, by its manifest', async () => {
    const data = 'exports/bill/data/BILLING_PERIOD=2026-11'
    await put(`${data}/bill-00001.csv.gz`, day('2026-11-01', '1'))
    await put(`${data}/bill-00002.csv.gz`, day('2026-11-02', '2'))
    await put(`${data}/bill-00003.csv.gz`, day('2026-11-03', '4'))
    const names = [1, 2].map((n) => `s3://company-bills/${data}/bill-0000${n}.csv.gz`)
    const metadata = 'exports/bill/metadata/BILLING_PERIOD=2026-11'
    await put(`${metadata}/bill-Manifest.json`, JSON.stringify({dataFiles: names}))
    await put('exports/bill-old/data/BILLING_PERIOD=2026-11/x.csv.gz', day('2026-11-01', '99'))

    const all = await ledgerOf('s3://company-bills/exports/bill')
    const one = await ledgerOf(`s3://company-bills/${data}/bill-00003.csv.gz`)

    expect(billedDays(all)).toEqual(['2026-11-01 1', '2026-11-02 2'])
    expect(all.source).toBe('FOCUS export s3://company-bills/exports/bill')
    expect(billedDays(one)).toEqual(['2026-11-03 4'])
  })

  test('of more than one page of names is read to the last', async () => {
    const gz = day('2026-11-01', '1')
    const keys = Array.from({length: 1_005}, (_, n) => `many/${`${n}`.padStart(4, '0')}.csv.gz`)
    for (let at = 0; at < keys.length; at += 67) {
      await Promise.all(keys.slice(at, at + 67).map((key) => put(key, gz)))
    }

    expect(billedDays(await ledgerOf('s3://company-bills/many/'))).toEqual(['2026-11-01 1005'])
  }, 120_000)

  test.each([
    ['s3://company-bills/nothing/here', 'EXPORT_MISSING', 'There is nothing in'],
    ['s3://no-such-bucket/x', 'EXPORT_REFUSED', 'NoSuchBucket'],
  ])('%s is refused in words', async (place, code, message) => {
    await expect(ledgerOf(place)).rejects.toMatchObject({
      kind: 'notReady',
      code,
      message: expect.stringContaining(message),
    })
  })

  test('is refused in words without rights', async () => {
    const key = process.env['AWS_SECRET_ACCESS_KEY'] ?? ''
    process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong'
    try {
      await expect(ledgerOf('s3://company-bills/exports')).rejects.toMatchObject({
        kind: 'notReady',
        code: 'EXPORT_REFUSED',
      })
    } finally {
      process.env['AWS_SECRET_ACCESS_KEY'] = key
    }
  })
})

test.each(['/tmp/bill.csv', 'bill.csv', 's3:/bucket', 's3://', 'https://bucket/x'])(
  '%s is no place in a bucket',
  (text) => {
    expect(() => bucketPlace(text)).toThrow(expect.objectContaining({code: 'EXPORT_PLACE'}))
  },
)
