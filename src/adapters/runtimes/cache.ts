import {createHash, randomBytes} from 'node:crypto'
import {createReadStream, existsSync} from 'node:fs'
import {chmod, mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {dirname, join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {MitraError} from '../../errors.js'
import {acquireLock} from '../journal/lock.js'
import {runProgram} from '../process/run.js'
import {isReachable} from './reach.js'

const rootCache = '/var/lib/mitra/runtimes'

/**
 * Binaries got for this machine, shared by its workspaces. As root they lie where the services'
 * account can reach them.
 */
export function cacheFolder(): string {
  const named = process.env['MITRA_CACHE_DIR']
  if (named !== undefined && named !== '') return named
  if (process.getuid?.() === 0) return rootCache
  const {XDG_CACHE_HOME} = process.env
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'mitra')
  return join(homedir(), process.platform === 'darwin' ? 'Library/Caches/mitra' : '.cache/mitra')
}

/** The folder of a runtime once it is whole: it is renamed into place as the last act. */
export function cachedFolder(name: string): string {
  return join(cacheFolder(), name)
}

/** True when the runtime is there and its program is the very file that was put there. */
export async function isCached(name: string, program: string): Promise<boolean> {
  const folder = cachedFolder(name)
  if (!existsSync(join(folder, program))) return false
  const stated = await readFile(join(folder, 'mitra.sha256'), 'utf8').catch(() => '')
  return stated.trim() === (await sha256Of(join(folder, program)))
}

/**
 * Fills a runtime's folder: `fill` works in a temporary one that is renamed when it is whole, so a
 * kill leaves nothing that looks finished; one process at a time.
 */
export async function fillCache(
  name: string,
  program: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = cachedFolder(name)
  // Before minutes of building: the cache itself is opened below, what lies above it is not ours.
  if (!isReachable(nearestPresent(dirname(cacheFolder())))) throw cacheClosed()
  await mkdir(cacheFolder(), {recursive: true})
  const lock = await acquireLock(join(cacheFolder(), 'locks'), name, {
    purpose: `get ${name}`,
    waitMs: 600_000,
  })
  const making = `${folder}.${randomBytes(4).toString('hex')}.making`
  try {
    if (await isCached(name, program)) return folder
    await mkdir(making, {recursive: true})
    await fill(making)
    await openToAll(making)
    await writeFile(join(making, 'mitra.sha256'), `${await sha256Of(join(making, program))}\n`)
    await rm(folder, {recursive: true, force: true})
    await rename(making, folder)
    return folder
  } finally {
    await rm(making, {recursive: true, force: true})
    await lock.release()
  }
}

// Under a strict umask the services' account could not run what root has got for it.
async function openToAll(making: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  await runProgram('chmod', ['-R', 'a+rX', making])
  await chmod(cacheFolder(), 0o755)
  if (cacheFolder() === rootCache) await chmod(dirname(rootCache), 0o755)
  if (!isReachable(making)) throw cacheClosed()
}

function cacheClosed(): MitraError {
  const message = `${cacheFolder()} is closed to the account that the services run under`
  return new MitraError('notReady', 'CACHE_CLOSED', message, {
    hints: [`Unset MITRA_CACHE_DIR: mitra then takes ${rootCache}.`],
  })
}

/** The path, or the first folder above it that is there. */
function nearestPresent(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestPresent(dirname(path))
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
