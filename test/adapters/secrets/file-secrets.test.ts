import {execFileSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {promisify, inspect} from 'node:util'
import {execFile} from 'node:child_process'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {FileSecrets} from '../../../src/adapters/secrets/file-secrets.js'
import {repositoryRoot} from '../../support/cli.js'
import {requirement} from '../../support/requirements.js'

let root = ''
let file = ''
const umaskBefore = process.umask()

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mitra-secrets-'))
  file = join(root, 'state/secrets.json')
})

afterEach(() => {
  process.umask(umaskBefore)
  rmSync(root, {recursive: true, force: true})
})

test('makes a password once and keeps it', async () => {
  const first = await new FileSecrets(file).ensure('postgres')
  const again = await new FileSecrets(file).ensure('postgres')
  const other = await new FileSecrets(file).ensure('tenant.lic')

  expect(first.reveal()).toMatch(/^[\w-]{32}$/)
  expect(again.reveal()).toBe(first.reveal())
  expect(other.reveal()).not.toBe(first.reveal())
  expect(await new FileSecrets(file).names()).toEqual(['postgres', 'tenant.lic'])
  expect((await new FileSecrets(file).get('tenant.lic'))?.reveal()).toBe(other.reveal())
})

test('keeps a password under a second name and forgets the first', async () => {
  const made = await new FileSecrets(file).ensure('tenant.lic')
  const hasCopied = await new FileSecrets(file).copy('tenant.lic', 'tenant.lic_india')
  const hasFound = await new FileSecrets(file).copy('tenant.nobody', 'tenant.somebody')
  await new FileSecrets(file).remove('tenant.lic')
  await new FileSecrets(file).remove('tenant.lic')
  const kept = await new FileSecrets(file).get('tenant.lic_india')

  expect([hasCopied, hasFound]).toEqual([true, false])
  expect(await new FileSecrets(file).names()).toEqual(['tenant.lic_india'])
  expect(kept?.reveal()).toBe(made.reveal())
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('knows nothing, and makes no file, before it is asked to', async () => {
  const secrets = new FileSecrets(file)

  expect(await secrets.get('postgres')).toBeUndefined()
  expect(await secrets.names()).toEqual([])
  expect(() => lstatSync(join(root, 'state'))).toThrow('ENOENT')
})

test('shows a password nowhere but in reveal', async () => {
  const secret = await new FileSecrets(file).ensure('postgres')

  const shown = [String(secret), JSON.stringify({secret}), inspect({secret})].join()
  expect(shown).not.toContain(secret.reveal())
  expect(shown).toContain('[redacted]')
})

test.each([0, 0o022, 0o077, 0o177])('only its owner may read it under umask %d', async (umask) => {
  process.umask(umask)
  await new FileSecrets(file).ensure('postgres')
  process.umask(umaskBefore)

  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(root, 'state')).mode & 0o777).toBe(0o700)
})

test('processes that ask at once get the same passwords and lose none', async () => {
  const script = fileURLToPath(new URL('ensure.ts', import.meta.url))
  const names = ['postgres', 'postgres', 'postgres', 'redis', 'redis', 's3', 'tenant.lic']

  const values = await Promise.all(
    names.map(async (name) => {
      const argv = ['--import', 'tsx', script, file, name]
      const {stdout} = await promisify(execFile)(process.execPath, argv, {cwd: repositoryRoot})
      return [name, stdout]
    }),
  )

  const kept: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'))
  expect(values).toEqual(names.map((name) => [name, kept[name]]))
  expect(Object.keys(kept).toSorted()).toEqual([...new Set(names)].toSorted())
})

test('so do many in one process', async () => {
  const names = Array.from({length: 12}, (_, index) => `tenant.${index % 4}`)

  const values = await Promise.all(
    names.map(async (name) => (await new FileSecrets(file).ensure(name)).reveal()),
  )

  expect(new Set(values).size).toBe(4)
})

const put = (text: string, mode = 0o600) => {
  mkdirSync(join(root, 'state'), {recursive: true})
  writeFileSync(file, text)
  chmodSync(file, mode)
}

/** The same answer whether it would only read or also write. */
async function refusals(): Promise<readonly unknown[]> {
  const secrets = new FileSecrets(file)
  const asked = [secrets.get('postgres'), secrets.ensure('postgres'), secrets.names()]
  return (await Promise.allSettled(asked)).map((one) =>
    one.status === 'rejected' ? one.reason : 'accepted',
  )
}

const refused = (what: string, hint: string) => ({
  kind: 'config',
  code: 'SECRETS_FILE',
  message: expect.stringContaining(`${file} ${what}`),
  hints: [expect.stringContaining(hint)],
})

test.each([0o640, 0o604, 0o660, 0o606, 0o601])('refuses a file of mode %d', async (mode) => {
  put('{"postgres": "from-elsewhere"}', mode)

  const expected = refused('can be read by others', `chmod 600 '${file}'`)
  expect(await refusals()).toMatchObject([expected, expected, expected])
  expect(statSync(file).mode & 0o777).toBe(mode)
})

test('refuses a link, a folder and a pipe in its place, and waits for none', async () => {
  put('{"postgres": "from-elsewhere"}')
  renameSync(file, `${file}.real`)
  symlinkSync(`${file}.real`, file)
  const link = await refusals()
  rmSync(file)
  mkdirSync(file, {mode: 0o700})
  const place = await refusals()
  rmSync(file, {recursive: true})
  execFileSync('mkfifo', ['-m', '600', file])
  const pipe = await refusals()

  const expected = Array(3).fill(refused('is not a plain file', 'Put the file itself'))
  expect([link, place, pipe]).toMatchObject([expected, expected, expected])
})

test.each(['', '{"postgres": "s3cr3t-word', '[]', 'null', '"s3cr3t-word"'])(
  'refuses %j without quoting it',
  async (text) => {
    put(text)

    const [error] = await refusals()
    expect(error).toMatchObject(refused('is not a JSON object', 'remove it to begin anew'))
    expect(inspect(error, {depth: 9})).not.toContain('s3cr3t')
    expect(readFileSync(file, 'utf8')).toBe(text)
  },
)

test.each(['{"redis": ""}', '{"redis": 5}', '{"redis": {"a": "b"}}'])(
  'refuses %s: that is no password',
  async (text) => {
    put(text)

    const expected = refused('has no password for redis', 'Put it back')
    expect(await refusals()).toMatchObject([expected, expected, expected])
  },
)

test('finds in a text the passwords it has had in hands, as they are and inside JSON', async () => {
  put(JSON.stringify({postgres: 'with "quotes" in it', short: 'up'}))
  const secrets = new FileSecrets(file)
  const before = secrets.appearsIn('with "quotes" in it')
  await secrets.names()
  const made = await secrets.ensure('redis')

  expect(before).toBe(false)
  expect(secrets.appearsIn('a with "quotes" in it b')).toBe(true)
  expect(secrets.appearsIn(JSON.stringify({a: 'with "quotes" in it'}))).toBe(true)
  expect(secrets.appearsIn(`x${made.reveal()}`)).toBe(true)
  expect(secrets.appearsIn('{"command": "up redis"}')).toBe(false)
})

const canChown = await requirement('the right to give files away (root)', async () => {
  return process.getuid?.() === 0
})

test.skipIf(!canChown)('refuses a file of another user', async () => {
  put('{"postgres": "from-elsewhere"}')
  chownSync(file, 12_345, 12_345)

  const expected = refused('belongs to another user (uid 12345)', 'as that user')
  expect(await refusals()).toMatchObject([expected, expected, expected])
})
