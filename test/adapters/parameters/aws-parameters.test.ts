import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {AwsParameters} from '../../../src/adapters/parameters/aws-parameters.js'
import {parseReference} from '../../../src/features/environments/references.js'
import {Secret} from '../../../src/ports/secrets.js'
import {isMotoThere, startMoto, type Moto} from '../../support/moto.js'

const parameter = parseReference('ssm:/agent-mitra/production/REDIS_URL')
const key = parseReference('secretsmanager:agent-mitra/production#REDIS_URL')
const other = parseReference('secretsmanager:agent-mitra/production#DATABASE_URL')

describe.skipIf(!isMotoThere)('values that AWS keeps', () => {
  const environment = {...process.env}
  let moto: Moto
  let parameters: AwsParameters

  beforeAll(async () => {
    Object.assign(process.env, {AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing'})
    moto = await startMoto()
    const place = {region: 'ap-south-1', profile: undefined}
    parameters = new AwsParameters({...place, endpoint: moto.endpoint})
  })

  beforeEach(() => moto.reset())

  afterAll(async () => {
    await moto?.stop()
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      const before = environment[name]
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    }
  })

  test.each([parameter, key, parseReference('secretsmanager:whole')])(
    'are read as they were written, the last one counts: $store $name',
    async (reference) => {
      await parameters.write(reference, new Secret('first'))
      await parameters.write(reference, new Secret('second\nline "x" é'))

      const read = await parameters.read(reference)

      expect(read.reveal()).toBe('second\nline "x" é')
    },
  )

  test('lie encrypted in the parameter store', async () => {
    await parameters.write(parameter, new Secret('hidden'))

    const {SSMClient, GetParameterCommand} = await import('@aws-sdk/client-ssm')
    const client = new SSMClient({region: 'ap-south-1', endpoint: moto.endpoint})
    const {Parameter} = await client.send(new GetParameterCommand({Name: parameter.name}))

    expect(Parameter?.Type).toBe('SecureString')
    expect(Parameter?.Value).not.toBe('hidden')
  })

  test('leave the other keys of the same secret as they are', async () => {
    await parameters.write(key, new Secret('redis'))
    await parameters.write(other, new Secret('postgres'))

    expect((await parameters.read(key)).reveal()).toBe('redis')
    expect((await parameters.read(other)).reveal()).toBe('postgres')
  })

  test('leave numbers and objects beside them as they are', async () => {
    const whole = parseReference('secretsmanager:agent-mitra/production')
    await parameters.write(whole, new Secret('{"port": 6379, "tls": {"on": true}}'))

    await parameters.write(key, new Secret('redis'))

    const now: unknown = JSON.parse((await parameters.read(whole)).reveal())
    expect(now).toEqual({port: 6379, tls: {on: true}, REDIS_URL: 'redis'})
  })

  test('are named for a task definition by path, by ARN and key', async () => {
    await parameters.write(key, new Secret('redis'))

    expect(await parameters.locate(parameter)).toBe('/agent-mitra/production/REDIS_URL')
    expect(await parameters.locate(key)).toMatch(
      /^arn:aws:secretsmanager:ap-south-1:\d{12}:secret:agent-mitra\/production-\w+:REDIS_URL::$/,
    )
  })

  test.each([parameter, key])('that are not there are named: $store', async (reference) => {
    const reading = parameters.read(reference)

    await expect(reading).rejects.toMatchObject({
      code: 'NO_PARAMETER',
      message: expect.stringContaining(reference.name),
    })
  })

  test('a secret that is no object has no keys, and is not shown in the error', async () => {
    await parameters.write(
      parseReference('secretsmanager:agent-mitra/production'),
      new Secret('s3cr3t!'),
    )

    const failure: unknown = await parameters.read(key).catch((error: unknown) => error)

    expect(failure).toMatchObject({code: 'NOT_KEYS'})
    expect(String(failure)).not.toContain('s3cr3t!')
  })

  test('a closed port is an AWS that is not reached', async () => {
    const place = {region: 'ap-south-1', profile: undefined}
    const gone = new AwsParameters({...place, endpoint: 'http://127.0.0.1:9'})

    await expect(gone.read(parameter)).rejects.toMatchObject({code: 'UNREACHABLE'})
  })
})
