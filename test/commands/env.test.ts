import {chmodSync, existsSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import EnvCheck from '../../src/commands/env/check.js'
import EnvGet from '../../src/commands/env/get.js'
import EnvInit from '../../src/commands/env/init.js'
import EnvRender from '../../src/commands/env/render.js'
import EnvSet from '../../src/commands/env/set.js'
import Undo from '../../src/commands/undo.js'
import type {Parameters} from '../../src/ports/parameters.js'
import {Secret} from '../../src/ports/secrets.js'
import {mitra} from '../support/cli.js'
import {Patient, patientPorts} from '../support/patient.js'
import {run} from '../support/run.js'

let patient: Patient
let kept: Map<string, string>

beforeEach(() => {
  patient = new Patient()
  patient.makeWorkspace()
  kept = new Map()
})

afterEach(() => {
  patient.leave()
})

/** Parameters in a map. */
const parameters: Parameters = {
  async read({name}) {
    return new Secret(kept.get(name) ?? '')
  },
  async write({name}, value) {
    kept.set(name, value.reveal())
  },
  async locate({name}) {
    return name
  },
}
const tools = () => patient.tools({parameters: async () => parameters})
const file = (environment: string) => join(patient.folder, `.env.${environment}`)
const text = (environment: string) => readFileSync(file(environment), 'utf8')

describe('env init', () => {
  test('writes this machine into .env.local, for its owner alone, and then has nothing to do', async () => {
    const first = await run(EnvInit, ['--json'], tools())
    const second = await run(EnvInit, ['--plan', '--json'], tools())
    const check = await run(EnvCheck, ['--json'], tools())

    expect(first.json).toMatchObject({environment: 'local', applied: true, toFill: []})
    expect(text('local')).toContain(`DATABASE_URL=postgresql://127.0.0.1:${patientPorts.postgres}/`)
    expect(statSync(file('local')).mode & 0o777).toBe(0o600)
    expect(existsSync(join(patient.folder, 'env.schema.yml'))).toBe(true)
    expect(second).toMatchObject({exitCode: 0, json: {plan: []}})
    expect(check).toMatchObject({exitCode: 0, json: {problems: []}})
  })

  test('adds what is missing and leaves the lines of a person alone', async () => {
    writeFileSync(file('local'), '# mine\nLOG_LEVEL=info # quiet\n', {mode: 0o600})

    await run(EnvInit, [], tools())

    expect(text('local')).toMatch(/^# mine\nLOG_LEVEL=info # quiet\n/)
    expect(text('local').match(/LOG_LEVEL=/g)).toHaveLength(1)
  })

  test('writes for production where secrets lie, and no value of one', async () => {
    const {json} = await run(EnvInit, ['production', '--json'], tools())

    expect(json).toMatchObject({toFill: ['S3_BUCKET']})
    expect(text('production')).toContain('REDIS_URL=ssm:/agent-mitra/production/REDIS_URL')
    expect(text('production')).toContain('ENVIRONMENT=production')
  })

  test('with --plan writes nothing', async () => {
    const {exitCode} = await run(EnvInit, ['--plan'], tools())

    expect(exitCode).toBe(2)
    expect(existsSync(file('local'))).toBe(false)
  })
})

describe('env set', () => {
  beforeEach(async () => {
    for (const name of ['local', 'staging', 'production']) await run(EnvInit, [name], tools())
  })

  test('changes one line, and undo puts the file back byte by byte', async () => {
    const before = text('local')

    await run(EnvSet, ['local', 'LOG_LEVEL', 'info'], tools())
    const changed = text('local')
    await run(Undo, ['--yes'], tools())

    expect(changed).toBe(before.replace('LOG_LEVEL=debug', 'LOG_LEVEL=info'))
    expect(text('local')).toBe(before)
  })

  test('takes nothing back when the file was changed since', async () => {
    await run(EnvSet, ['local', 'LOG_LEVEL', 'info'], tools())
    const later = `${text('local')}# a line of mine\n`
    writeFileSync(file('local'), later, {mode: 0o600})

    const {exitCode, error} = await run(Undo, ['last', '--yes'], tools())

    expect(exitCode).toBe(6)
    expect(error).toMatchObject({code: 'ENV_CHANGED'})
    expect(text('local')).toBe(later)
  })

  test('of eight at once none loses the line of another', {timeout: 120_000}, async () => {
    const names = ['S3_BUCKET', 'AWS_REGION', 'LOG_LEVEL', 'ENVIRONMENT']
    const values = ['bucket-b', 'ap-south-1', 'warning', 'local']
    const options = {cwd: patient.folder, env: {MITRA_ENGINE: 'native'}}

    const ends = await Promise.all(
      names.flatMap((name, at) => [
        mitra(['env', 'set', 'local', name, values[at] ?? ''], options),
        mitra(['env', 'set', 'local', name, values[at] ?? ''], options),
      ]),
    )

    expect(ends.map(({code}) => code).filter((code) => code !== 0)).toEqual([])
    for (const [at, name] of names.entries()) {
      expect(text('local')).toMatch(new RegExp(`^${name}=${values[at]}$`, 'm'))
    }
  })

  test('puts a secret of staging into AWS and leaves the reference in the file', async () => {
    const before = text('staging')
    const path = join(patient.folder, 'secret.txt')
    writeFileSync(path, 'wa-token-4711\n', {mode: 0o600})

    const {json} = await run(
      EnvSet,
      ['staging', 'WHATSAPP_ACCESS_TOKEN', '--file', path, '--json'],
      tools(),
    )

    expect(json).toMatchObject({plan: [{id: 'environment.parameter.WHATSAPP_ACCESS_TOKEN'}]})
    expect(kept.get('/agent-mitra/staging/WHATSAPP_ACCESS_TOKEN')).toBe('wa-token-4711')
    expect(text('staging')).toBe(before)
    expect(
      readFileSync(join(patient.folder, '.mitra/journal/journal.jsonl'), 'utf8'),
    ).not.toContain('wa-token-4711')
  })

  test('refuses a secret on the command line without quoting it', async () => {
    const {exitCode, stderr, error} = await run(
      EnvSet,
      ['local', 'OPENAI_API_KEY', 'sk-123456'],
      tools(),
    )

    expect(exitCode).toBe(2)
    expect(error).toMatchObject({code: 'SECRET_IN_ARGUMENTS'})
    expect(stderr + String(error)).not.toContain('sk-123456')
  })

  test('the hint to say yes is the whole command', async () => {
    const reference = 'ssm:/elsewhere/REDIS_URL'
    const argv = ['production', 'REDIS_URL', '--reference', reference]

    const {error, exitCode} = await run(EnvSet, argv, tools())

    expect(exitCode).toBe(6)
    expect(error?.hints).toContain(`mitra env set ${argv.join(' ')} --yes says yes.`)
  })

  test('asks for the name or --yes before production is changed', async () => {
    const refused = await run(EnvSet, ['production', 'S3_BUCKET', 'agent-mitra'], tools())
    const done = await run(EnvSet, ['production', 'S3_BUCKET', 'agent-mitra', '--yes'], tools())

    expect(refused.exitCode).toBe(6)
    expect(done.exitCode).toBe(0)
    expect(text('production')).toContain('S3_BUCKET=agent-mitra')
  })

  test('names the variable that was meant, and a value of another type', async () => {
    const misspelt = await run(EnvSet, ['local', 'LOG_LEVL', 'info'], tools())
    const wrong = await run(EnvSet, ['local', 'LOG_LEVEL', 'loud'], tools())

    expect(misspelt.error).toMatchObject({
      code: 'NO_VARIABLE',
      hints: [expect.stringContaining('LOG_LEVEL'), expect.any(String)],
    })
    expect(wrong.error).toMatchObject({code: 'ENV_TYPE'})
  })

  test('reads a secret from a pipe', {timeout: 60_000}, async () => {
    const options = {cwd: patient.folder, env: {MITRA_ENGINE: 'native'}, stdin: 'from a pipe\n'}

    const {code} = await mitra(['env', 'set', 'local', 'OPENAI_API_KEY', '--stdin'], options)

    expect(code).toBe(0)
    expect(text('local')).toContain("OPENAI_API_KEY='from a pipe'")
  })
})

describe('what env shows', () => {
  beforeEach(async () => {
    for (const name of ['local', 'staging']) await run(EnvInit, [name], tools())
    kept.set('/agent-mitra/staging/REDIS_URL', 'rediss://:pw-9@redis:6379')
  })

  test('is no secret without --reveal', async () => {
    const hidden = await run(EnvGet, ['staging', 'REDIS_URL', '--json'], tools())
    const shown = await run(EnvGet, ['staging', 'REDIS_URL', '--reveal', '--json'], tools())
    const refused = await run(EnvRender, ['local'], tools())

    expect(hidden.json).toMatchObject({
      value: null,
      reference: 'ssm:/agent-mitra/staging/REDIS_URL',
    })
    expect(shown.json).toMatchObject({value: 'rediss://:pw-9@redis:6379'})
    expect(refused).toMatchObject({exitCode: 6, stdout: '', error: {code: 'NEEDS_REVEAL'}})
  })

  test('goes to a file of its owner, resolved where that was asked for', async () => {
    const output = join(patient.folder, 'out.json')

    await run(EnvRender, ['staging', '--format', 'json', '--resolve', '--output', output], tools())

    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({
      REDIS_URL: 'rediss://:pw-9@redis:6379',
    })
    expect(statSync(output).mode & 0o777).toBe(0o600)
  })

  test('no secret of local goes into a task definition, and the hint does not say so', async () => {
    await run(EnvInit, [], tools())

    const {error} = await run(EnvRender, ['local', '--format', 'ecs'], tools())

    expect(error?.code).toBe('SECRET_IN_FILE')
    expect(error?.hints?.join(' ')).toContain('mitra env render local --format dotenv')
    expect(error?.hints?.join(' ')).not.toContain('AWS')
  })

  test('names secrets of a container definition by their place', async () => {
    const {stdout} = await run(EnvRender, ['staging', '--format', 'ecs'], tools())
    const {environment, secrets} = JSON.parse(stdout)

    expect(environment).toContainEqual({name: 'ENVIRONMENT', value: 'staging'})
    expect(secrets).toContainEqual({name: 'REDIS_URL', valueFrom: '/agent-mitra/staging/REDIS_URL'})
    expect(stdout).not.toContain('pw-9')
  })

  test('is a finding, with exit code 1, where others can read the file', async () => {
    chmodSync(file('local'), 0o644)

    const {exitCode, json} = await run(EnvCheck, ['local', '--json'], tools())

    expect(exitCode).toBe(1)
    expect(json).toMatchObject({problems: [{rule: 'permissions', fix: 'chmod 600 .env.local'}]})
  })
})
