import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {FileMemory} from '../../../src/adapters/memory/file-memory.js'
import {preferredPorts} from '../../../src/ports/workspace.js'

let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-memory-'))
  file = join(folder, 'memory.json')
})

afterEach(() => {
  rmSync(folder, {recursive: true, force: true})
})

test('starts with the first data set, no ports and no engine, and makes no file', async () => {
  const memory = new FileMemory(file)

  expect(await memory.generation()).toBe(1)
  expect(await memory.ports()).toEqual({})
  expect(await memory.engine()).toBeUndefined()
  expect(readdirSync(folder)).toEqual([])
})

test('remembers for the next process what it was told', async () => {
  const ports = {...preferredPorts, postgres: 15_432}
  const memory = new FileMemory(file)
  await memory.rememberPorts(ports)
  await memory.useGeneration(3)
  await memory.rememberEngine('docker')

  const next = new FileMemory(file)
  expect(await next.ports()).toEqual(ports)
  expect(await next.generation()).toBe(3)
  expect(await next.engine()).toBe('docker')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('loses nothing when told several things at once', async () => {
  const memory = new FileMemory(file)

  await Promise.all([
    memory.rememberPorts(preferredPorts),
    memory.useGeneration(2),
    memory.rememberEngine('native'),
  ])

  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    ports: preferredPorts,
    generation: 2,
    engine: 'native',
  })
})

test('keeps what a newer mitra wrote', async () => {
  writeFileSync(file, '{"generation": 2, "snapshots": ["a"], "ports": {"grpc": 50051}}')

  await new FileMemory(file).rememberEngine('native')

  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    generation: 2,
    snapshots: ['a'],
    ports: {grpc: 50_051},
    engine: 'native',
  })
})

const broken: readonly (readonly [text: string, line: number, what: string])[] = [
  ['{\n  "generation": 2,\n  "engine" "native"\n}\n', 3, 'it is not JSON'],
  ['{\n  "generation": 2,\n', 2, 'it is not JSON'],
  ['', 1, 'it is not JSON'],
  ['[]', 1, 'it is not a JSON object'],
  ['null', 1, 'it is not a JSON object'],
  ['{\n  "generation": "2"\n}', 2, 'generation is wrong'],
  ['{\n  "generation": 0\n}', 2, 'generation is wrong'],
  ['{\n  "generation": 1,\n  "engine": "podman"\n}', 3, 'engine is wrong'],
  ['{\n  "ports": {\n    "redis": 6379,\n    "postgres": "5432"\n  }\n}', 4, 'postgres is wrong'],
  ['{\n  "ports": {"redis": 70000}\n}', 2, 'redis is wrong'],
  ['{\n  "ports": null\n}', 2, 'ports is wrong'],
]

test.each(broken)(
  '%j: names file and line, says how to heal it, touches nothing',
  async (text, line, what) => {
    writeFileSync(file, text)
    const memory = new FileMemory(file)
    const expected = {
      kind: 'config',
      code: 'MEMORY_FILE',
      message: `${file}:${line}: ${what}.`,
      hints: [expect.stringContaining('remove the file'), expect.stringContaining('generation')],
    }

    await expect(memory.generation()).rejects.toMatchObject(expected)
    await expect(memory.rememberEngine('native')).rejects.toMatchObject(expected)
    expect(readFileSync(file, 'utf8')).toBe(text)
  },
)
