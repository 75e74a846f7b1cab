import {constants, open} from 'node:fs/promises'
import {codeOf, MitraError} from '../../errors.js'
import type {FileModes} from '../../ports/file-modes.js'

/** Rights on this machine's disk. */
export class DiskFileModes implements FileModes {
  // Looks at the very file that is then changed: it cannot be exchanged in between.
  async change(path: string, mode: number): Promise<number> {
    const handle = await openPlain(path)
    try {
      const found = await handle.stat()
      const isOwn = process.getuid === undefined || found.uid === process.getuid()
      if (!isOwn || !(found.isFile() || found.isDirectory())) throw notPlain(path)
      await handle.chmod(mode)
      return found.mode & 0o7777
    } finally {
      await handle.close()
    }
  }
}

async function openPlain(path: string) {
  try {
    // Without O_NONBLOCK a pipe in its place would be waited for.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'ENXIO') throw notPlain(path)
    throw error
  }
}

function notPlain(path: string): MitraError {
  const message = `${path} is a link or belongs to another user; its rights were left alone.`
  return new MitraError('refused', 'NOT_PLAIN', message, {hints: [`ls -l '${path}'`]})
}
