import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {CreateBucketCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {CostExplorerPages} from '../../../src/adapters/cost-explorer/cost-explorer.js'
import {S3Export} from '../../../src/adapters/object-store/s3-export.js'
import {reportPolicy, type IamPolicy} from '../../../src/features/cost/policy.js'
import {isMotoThere, startMoto, type Moto} from '../../support/moto.js'

const region = 'ap-south-1'
const exported = reportPolicy({bucket: 'bills', prefix: 'exports/focus'})
const window = {start: '2026-11-01', end: '2026-11-24'}

/** Each action of a policy taken out alone. */
function without(policy: IamPolicy): readonly (readonly [action: string, rest: IamPolicy])[] {
  return policy.Statement.flatMap(({Action}) =>
    Action.map((action) => [
      action,
      {
        ...policy,
        Statement: policy.Statement.map((one) => ({
          ...one,
          Action: one.Action.map((name) => (name === action ? 'iam:GetUser' : name)),
        })),
      },
    ]),
  )
}

describe.skipIf(!isMotoThere)('the policy, where permissions are enforced', () => {
  const environment = {...process.env}
  let moto: Moto
  let admin: IAMClient
  let created = 0

  const use = (key: string, secret: string) =>
    Object.assign(process.env, {AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret})

  beforeAll(async () => {
    delete process.env['AWS_PROFILE']
    use('first', 'first')
    moto = await startMoto({INITIAL_NO_AUTH_ACTION_COUNT: '4'})
    process.env['AWS_ENDPOINT_URL_STS'] = moto.endpoint
    const place = {region, endpoint: moto.endpoint}
    const first = new IAMClient(place)
    // The calls that need no permission make somebody who may do all.
    await first.send(new CreateUserCommand({UserName: 'admin'}))
    const Action = ['iam:*', 's3:*']
    const Statement = [{Effect: 'Allow', Action, Resource: '*'}]
    const document = JSON.stringify({Version: '2012-10-17', Statement})
    const {Policy} = await first.send(
      new CreatePolicyCommand({PolicyName: 'admin', PolicyDocument: document}),
    )
    await first.send(new AttachUserPolicyCommand({UserName: 'admin', PolicyArn: Policy?.Arn}))
    const {AccessKey} = await first.send(new CreateAccessKeyCommand({UserName: 'admin'}))
    use(AccessKey?.AccessKeyId ?? '', AccessKey?.SecretAccessKey ?? '')
    admin = new IAMClient(place)
    const store = new S3Client({...place, forcePathStyle: true})
    await store.send(
      new CreateBucketCommand({
        Bucket: 'bills',
        CreateBucketConfiguration: {LocationConstraint: region},
      }),
    )
    for (const Key of ['exports/focus/november.csv', 'private/salaries.csv']) {
      await store.send(new PutObjectCommand({Bucket: 'bills', Key, Body: 'a,b\n'}))
    }
  })

  afterAll(async () => {
    await moto?.stop()
    for (const name of [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
      'AWS_ENDPOINT_URL_STS',
    ]) {
      const before = environment[name]
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    }
  })

  /** From here on mitra is somebody who is allowed this and no more. */
  async function become(policy: IamPolicy): Promise<void> {
    created += 1
    const UserName = `report-${created}`
    await admin.send(new CreateUserCommand({UserName}))
    await admin.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'report',
        PolicyDocument: JSON.stringify(policy),
      }),
    )
    const {AccessKey} = await admin.send(new CreateAccessKeyCommand({UserName}))
    use(AccessKey?.AccessKeyId ?? '', AccessKey?.SecretAccessKey ?? '')
  }

  const pages = () =>
    new CostExplorerPages({region, endpoint: moto.endpoint, profile: undefined, timeoutMs: 20_000})
  const files = (prefix: string) =>
    new S3Export({bucket: 'bills', prefix}, {endpoint: moto.endpoint, region, profile: undefined})
  const text = async (prefix: string, path: string) => {
    const modified = '2026-11-24T00:00:00Z'
    const parts: Uint8Array[] = []
    for await (const part of await files(prefix).open({name: path, path, modified}))
      parts.push(part)
    return Buffer.concat(parts).toString()
  }

  test('is enough for the bill, and for the account that it is of', async () => {
    await become(reportPolicy())

    expect((await pages().page({window}, undefined)).days).toBeInstanceOf(Array)
    expect(await pages().account()).toMatch(/^\d{12}$/)
  })

  test('without its one action the bill is refused', async () => {
    const [taken] = without(reportPolicy())
    await become(taken?.[1] ?? reportPolicy())

    expect(taken?.[0]).toBe('ce:GetCostAndUsage')
    await expect(pages().page({window}, undefined)).rejects.toBeInstanceOf(Error)
  })

  test('of an export is enough to list and to read it', async () => {
    await become(exported)

    expect((await files('exports/focus').list()).map(({path}) => path)).toEqual([
      'exports/focus/november.csv',
    ])
    expect(await text('exports/focus', 'exports/focus/november.csv')).toBe('a,b\n')
  })

  test('of an export reads nothing beside its folder, writes nothing and asks for no bill', async () => {
    await become(exported)
    const store = new S3Client({region, endpoint: moto.endpoint, forcePathStyle: true})
    const put = {Bucket: 'bills', Key: 'exports/focus/x.csv', Body: 'x'}

    await expect(text('private', 'private/salaries.csv')).rejects.toThrow(/AccessDenied/)
    await expect(store.send(new PutObjectCommand(put))).rejects.toThrow(/Access ?Denied/)
    await expect(pages().page({window}, undefined)).rejects.toBeInstanceOf(Error)
  })

  test.each(without(exported))(
    'of an export, without %s, is refused there',
    async (action, rest) => {
      await become(rest)

      const refused = await Promise.all([
        files('exports/focus')
          .list()
          .then(
            () => false,
            () => true,
          ),
        text('exports/focus', 'exports/focus/november.csv').then(
          () => false,
          () => true,
        ),
      ])

      expect(refused).toEqual([action === 's3:ListBucket', action === 's3:GetObject'])
    },
  )
})
