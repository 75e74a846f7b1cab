import {randomBytes} from 'node:crypto'
import {mkdir, open, readdir, rename, unlink} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import {isAlive} from '../process-identity/identity.js'

/**
 * After a kill or a power cut the file is the old one or the new one, whole: a temporary file beside
 * it, fsynced, renamed, the folder fsynced. What killed writers left behind is swept.
 */
export async function writeAtomic(
  path: string,
  text: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const folder = dirname(path)
  const temporary = join(
    folder,
    `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`,
  )
  try {
    await mkdir(folder, {recursive: true})
    await sweep(folder, basename(path))
    // `open`'s mode is cut by the umask; chmod on the handle is not.
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
    await syncFolder(folder)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw writeError(path, error)
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sweep(folder: string, name: string): Promise<void> {
  const left = (await readdir(folder)).filter(
    (entry) => entry.startsWith(`.${name}.`) && entry.endsWith('.tmp'),
  )
  for (const entry of left) {
    const pid = Number(entry.slice(name.length + 2).split('.')[0])
    if (!isAlive(pid)) await unlink(join(folder, entry)).catch(() => undefined)
  }
}

/** Disk full and missing rights, in words; anything else as it came. */
export function writeError(path: string, error: unknown): unknown {
  const texts: Readonly<Record<string, [string, string]>> = {
    ENOSPC: ['the disk is full', 'Free some space and run the command again; it goes on.'],
    EDQUOT: ['your disk quota is used up', 'Free some space and run the command again.'],
    EACCES: ['it may not be written', 'Check who owns the folder.'],
    EPERM: ['it may not be written', 'Check who owns the folder.'],
    ENOTDIR: ['a part of its path is no folder', 'Choose another folder.'],
    EROFS: ['the file system is read-only', 'Choose another folder.'],
  }
  const [why, hint] = texts[codeOf(error) ?? ''] ?? []
  if (why === undefined || hint === undefined) return error
  const code = codeOf(error) === 'ENOSPC' ? 'DISK_FULL' : 'CANNOT_WRITE'
  return new MitraError('failed', code, `${path} was not written: ${why}.`, {
    hints: [hint],
    cause: error,
  })
}

/** Missing rights in words; anything else as it came. */
export function removeError(path: string, error: unknown): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return error
  return new MitraError('failed', 'CANNOT_REMOVE', `${path} may not be removed.`, {
    hints: ['Who owns its folder, and may you write there? Then run the command again.'],
    cause: error,
  })
}
