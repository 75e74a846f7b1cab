import {mkdtemp, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {loadConfig} from '../../src/config/load.js'
import {environmentName, settingKeys} from '../../src/config/settings.js'
import {MitraError} from '../../src/errors.js'

async function fileWith(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'mitra config ')), 'mitra.yml')
  await writeFile(file, text)
  return file
}

async function refusal(text: string, environment: Record<string, string> = {}) {
  try {
    await loadConfig(await fileWith(text), environment)
  } catch (error) {
    if (error instanceof MitraError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('a flag wins over the environment, that over the file, that over the default', async () => {
  const file = await fileWith('engine: docker\nports:\n  nginx: 8181\n  redis: 6400\n')

  const {explained} = await loadConfig(
    file,
    {MITRA_ENGINE: 'native', MITRA_PORTS_NGINX: '8282'},
    {engine: 'auto'},
  )

  const seen = new Map(explained.map(({key, value, where}) => [key, [value, where]]))
  expect(seen.get('engine')).toEqual(['auto', 'command line'])
  expect(seen.get('ports.nginx')).toEqual([8282, 'MITRA_PORTS_NGINX'])
  expect(seen.get('ports.redis')).toEqual([6400, 'mitra.yml:4'])
  expect(seen.get('ports.postgres')).toEqual([5432, 'default'])
})

test('an unknown key names file, line and the nearest known key', async () => {
  const error = await refusal('engine: auto\nports:\n  ngnix: 8080\n')

  expect(error.message).toBe('mitra.yml:3 unknown setting: ports.ngnix.')
  expect(error.hints[0]).toBe('Did you mean ports.nginx?')
  expect(error.kind).toBe('config')
})

test('an unknown key far from every known one gets no guess', async () => {
  const error = await refusal('kubernetes: yes please\n')

  expect(error.hints.join(' ')).not.toContain('Did you mean')
})

test.each([
  ['ports:\n  redis: six\n', 'mitra.yml:2 ports.redis: expected a port number, got "six".'],
  [
    'ports:\n  redis: 70000\n',
    'mitra.yml:2 ports.redis: expected a port from 1 to 65535, got 70000.',
  ],
  ['engine: podman\n', 'mitra.yml:1 engine: expected auto, docker or native, got "podman".'],
  ['database:\n  name: Agent Mitra\n', 'mitra.yml:2 database.name:'],
  ['tenants:\n  demo: lic\n', 'mitra.yml:2 tenants.demo:'],
])('a wrong value is refused with its place: %j', async (text, message) => {
  const error = await refusal(text)

  expect(error.message).toContain(message)
})

test('a wrong value in the environment names the variable', async () => {
  const error = await refusal('', {MITRA_PORTS_REDIS: 'many'})

  expect(error.message).toContain(
    'MITRA_PORTS_REDIS ports.redis: expected a port number, got "many"',
  )
})

test('broken YAML names the line', async () => {
  const error = await refusal('engine: auto\nports: {nginx: 8080\n')

  expect(error.code).toBe('CONFIG_YAML')
  expect(error.message).toMatch(/^mitra\.yml:\d+ is not YAML/)
})

test.each([
  ['nested a thousand deep', '['.repeat(1000)],
  ['a hundred thousand keys', Array.from({length: 20_000}, (_, n) => `key${n}: 1`).join('\n')],
  ['deep by indentation', Array.from({length: 300}, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
])('a file %s is refused before it is parsed', async (_, text) => {
  const error = await refusal(text)

  expect(error.code).toBe('CONFIG_SIZE')
})

test('an empty file and an empty section choose nothing', async () => {
  const {explained} = await loadConfig(await fileWith('# nothing\nports:\n'), {})

  expect(explained.every((entry) => entry.origin === 'default')).toBe(true)
})

test('every setting has an environment variable of its own', () => {
  const names = settingKeys.map(environmentName)

  expect(new Set(names).size).toBe(settingKeys.length)
  expect(names).toContain('MITRA_OBJECT_STORE_PROVIDER')
})
