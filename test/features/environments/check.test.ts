import {describe, expect, test} from 'vitest'
import {readEnvironmentSchema} from '../../../src/config/environment-schema.js'
import {checkEnvironment, type FoundEnvironment} from '../../../src/features/environments/check.js'
import {diffEnvironments} from '../../../src/features/environments/diff.js'

const schema = readEnvironmentSchema(
  'env.schema.yml',
  `prefix: /agent-mitra
variables:
  LOG_LEVEL: {type: choice, choices: [debug, info], description: How much.}
  PORT: {type: port, required: false, description: A port.}
  REDIS_URL: {type: url, secret: true, description: Redis.}
  S3_ENDPOINT: {type: url, required: false, environments: [local], description: S3.}
`,
)

function found(text: string, over: Partial<FoundEnvironment> = {}): FoundEnvironment {
  return {environment: 'staging', file: '.env.staging', text, mode: 0o600, git: undefined, ...over}
}

const good = 'LOG_LEVEL=info\nREDIS_URL=ssm:/agent-mitra/staging/REDIS_URL\n'

describe('the check of a .env file', () => {
  test('finds nothing in a good one', () => {
    expect(checkEnvironment(schema, found(good))).toEqual([])
  })

  test.each([
    ['missing', 'LOG_LEVEL=info\n', '.env.staging', 'REDIS_URL has no value.'],
    ['missing', `${good}REDIS_URL=\n`, '.env.staging:3', 'REDIS_URL has no value.'],
    ['type', good.replace('info', 'loud'), '.env.staging:1', 'LOG_LEVEL is none of debug, info.'],
    ['type', `${good}PORT=99999\n`, '.env.staging:3', 'PORT is no port from 1 to 65535.'],
    ['unknown', `${good}REDIS_ULR=x\n`, '.env.staging:3', 'REDIS_ULR is not in env.schema.yml.'],
    ['elsewhere', `${good}S3_ENDPOINT=http://x\n`, '.env.staging:3', 'belongs to local'],
    [
      'secret-in-file',
      'LOG_LEVEL=info\nREDIS_URL=redis://a:b@c\n',
      '.env.staging:2',
      'lies in the file',
    ],
    ['reference', 'LOG_LEVEL=info\nREDIS_URL=ssm: /x\n', '.env.staging:2', 'not well written'],
    ['syntax', `${good}what is this\n`, '.env.staging:3', 'is not NAME=value'],
    ['repeated', `LOG_LEVEL=debug\n${good}`, '.env.staging:1', 'written again in line 2'],
    ['stand-in', good.replace('info', 'changeme'), '.env.staging:1', 'only fills the line'],
  ])('names %s in %j', (rule, text, where, what) => {
    const problems = checkEnvironment(schema, found(text))

    expect(problems).toContainEqual(
      expect.objectContaining({rule, where, what: expect.stringContaining(what)}),
    )
  })

  test('says which variable was meant', () => {
    const [problem] = checkEnvironment(schema, found(`${good}REDIS_ULR=x\n`))

    expect(problem?.fix).toBe('Did you mean REDIS_URL?')
  })

  test.each([
    ['permissions', {mode: 0o644}],
    ['tracked', {git: {isTracked: true, isIgnored: false}}],
    ['not-ignored', {git: {isTracked: false, isIgnored: false}}],
    ['missing-file', {text: undefined}],
  ])('names a file that is not kept well: %s', (rule, over) => {
    const problems = checkEnvironment(schema, found(good, over))

    expect(problems.map((one) => one.rule)).toContain(rule)
  })

  test('never quotes the value of a secret', () => {
    const text = 'LOG_LEVEL=info\nREDIS_URL=s3cr3t-value\nOTHER=s3cr3t-value\n'

    const problems = checkEnvironment(schema, found(text, {mode: 0o644}))

    expect(problems.length).toBeGreaterThan(1)
    expect(JSON.stringify(problems)).not.toContain('s3cr3t-value')
  })
})

test('the difference of two environments shows no secret, known or unknown', () => {
  const first = 'LOG_LEVEL=info\nREDIS_URL=one-secret\nODD=two-secret\n'
  const second = 'LOG_LEVEL=debug\nREDIS_URL=one-secret\n'

  const variables = diffEnvironments(schema, first, second)

  expect(variables.map(({name, state}) => `${name} ${state}`)).toEqual([
    'LOG_LEVEL different',
    'ODD only-in-first',
    'REDIS_URL same',
  ])
  expect(JSON.stringify(variables)).not.toContain('-secret')
})

test.each([
  ['variables:\n  A: {type: textt, description: x}\n', 'env.schema.yml:2', 'Did you mean text?'],
  ['variables:\n  A: {descripton: x}\n', 'env.schema.yml:2', 'Did you mean description?'],
  ['variables:\n  A: {type: choice, description: x}\n', 'env.schema.yml:2', 'Add choices'],
  ['variables:\n  A: {secret: true, default: x, description: x}\n', 'env.schema.yml:2', 'Open'],
])('a schema that does not fit is named with its line: %j', (text, where, hint) => {
  let failure: unknown
  try {
    readEnvironmentSchema('env.schema.yml', text)
  } catch (error) {
    failure = error
  }

  expect(failure).toMatchObject({
    message: expect.stringContaining(where),
    hints: expect.arrayContaining([expect.stringContaining(hint)]),
  })
})
