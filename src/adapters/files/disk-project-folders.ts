import {mkdir, readdir, rename, rm, rmdir} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {codeOf} from '../../errors.js'
import type {Folders} from '../../ports/folders.js'
import {syncFolder} from './write-atomic.js'

/** Folders on this machine's disk. */
export class DiskProjectFolders implements Folders {
  async isFree(path: string): Promise<boolean> {
    return ((await namesIn(path)) ?? ['a file']).length === 0
  }

  async has(path: string): Promise<boolean> {
    const names = await namesIn(path)
    return names === undefined || names.length > 0
  }

  async move(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), {recursive: true})
    await rename(from, to)
    await syncFolder(dirname(to))
  }

  async remove(path: string): Promise<void> {
    // Another program may still be writing there.
    await rm(path, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
  }

  async prune(path: string): Promise<void> {
    const entries = await readdir(path, {withFileTypes: true}).catch(() => [])
    for (const entry of entries.filter((one) => one.isDirectory())) {
      const below = join(path, entry.name)
      await (entry.name === '__pycache__' ? this.remove(below) : this.prune(below))
    }
    await rmdir(path).catch(() => undefined)
  }
}

/** Undefined for what is no folder; empty for what is not there. */
async function namesIn(path: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
