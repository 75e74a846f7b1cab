import {existsSync} from 'node:fs'
import {readFile, symlink} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {dirname, join, relative} from 'node:path'
import {MitraError} from '../../errors.js'
import type {Runtime} from '../native/program.js'
import {cachedFolder, fillCache, isCached} from './cache.js'
import {platformName, type Catalog} from './catalog.js'
import {copyInto} from './ways.js'

type PostgresSource = Catalog['postgres']

/**
 * Postgres from its npm package. It is used from a copy of ours: the package may lie in a home that
 * the services' account cannot enter, and its links are missing where install scripts were skipped.
 */
export async function findPostgres(source: PostgresSource): Promise<Runtime | undefined> {
  const name = folderName(source)
  if (!(await isCached(name, 'bin/postgres'))) return undefined
  return runtime(source, cachedFolder(name))
}

export async function obtainPostgres(source: PostgresSource): Promise<Runtime> {
  const native = packageFolder(source)
  const folder = await fillCache(folderName(source), 'bin/postgres', async (making) => {
    await copyInto(native, making)
    await repairLinks(native, making)
  })
  return runtime(source, folder)
}

function packageFolder(source: PostgresSource): string {
  const require = createRequire(import.meta.url)
  try {
    // The package exports its entry alone: `dist/index.js`.
    const entry = require.resolve(`${source.package}/${platformName}`)
    return join(dirname(dirname(entry)), 'native')
  } catch (cause) {
    const message = `The package ${source.package}/${platformName} is not installed.`
    const hints = [
      'npm leaves optional packages out with --omit=optional: install mitra again without it.',
      'Postgres 16 is there for Linux and macOS on x64 and arm64.',
    ]
    throw new MitraError('notReady', 'NO_POSTGRES', message, {hints, cause})
  }
}

/** The links that the package's own install script would have made. */
export async function repairLinks(native: string, folder: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: readonly {source: string; target: string}[] = JSON.parse(text)
  for (const {source, target} of links) {
    // The paths begin at the package, ours at its `native`.
    const link = join(folder, relative('native', target))
    const file = join(folder, relative('native', source))
    if (!existsSync(link)) await symlink(relative(dirname(link), file), link)
  }
}

function runtime({version}: PostgresSource, path: string): Runtime {
  return {kind: 'postgres', version, path, from: 'npm package'}
}

function folderName({version}: PostgresSource): string {
  return `postgres-${version}-${platformName}`
}
