import type {Stats} from 'node:fs'
import {lstat, mkdir, readdir, rename, rm, rmdir, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {codeOf} from '../../errors.js'
import type {Folders} from '../../ports/folders.js'
import {removeError, syncFolder} from './write-atomic.js'

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

  async isOther(path: string): Promise<boolean> {
    const [itself, target] = await Promise.all([kindOf(lstat(path)), kindOf(stat(path))])
    return itself !== undefined && target?.isDirectory() !== true
  }

  async remove(path: string): Promise<void> {
    try {
      // Another program may still be writing there.
      await rm(path, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
    } catch (error) {
      throw removeError(path, error)
    }
  }

  async repositoriesAbove(files: readonly string[], root: string): Promise<readonly string[]> {
    const folders = foldersOf(files, root)
    const found = await Promise.all(folders.map((folder) => kindOf(lstat(join(folder, '.git')))))
    return folders.filter((_, index) => found[index] !== undefined)
  }

  async prune(files: readonly string[], root: string): Promise<void> {
    for (const folder of foldersOf(files, root)) {
      const names = (await namesIn(folder)) ?? []
      if (names.join('/') === '__pycache__') await removeCompiled(join(folder, '__pycache__'))
      await rmdir(folder).catch(() => undefined)
    }
  }
}

async function removeCompiled(folder: string): Promise<void> {
  const names = ((await namesIn(folder)) ?? []).filter((name) => name.endsWith('.pyc'))
  for (const name of names) await rm(join(folder, name), {force: true}).catch(() => undefined)
  await rmdir(folder).catch(() => undefined)
}

/** The deepest first. */
function foldersOf(files: readonly string[], root: string): readonly string[] {
  const folders = new Set<string>()
  for (const file of files) {
    let folder = dirname(file)
    for (; folder.startsWith(`${root}/`); folder = dirname(folder)) folders.add(folder)
  }
  return [...folders].toSorted((one, other) => other.length - one.length)
}

/** Undefined for what is not there. */
async function kindOf(stats: Promise<Stats>): Promise<Stats | undefined> {
  return stats.catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })
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
