import {createHash, randomBytes} from 'node:crypto'
import {mkdir, open, readdir, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {PrivateFolder, PrivateFolders, WrittenFile} from '../../ports/private-folders.js'
import {isAlive} from '../process-identity/identity.js'
import {syncFolder, writeError} from './write-atomic.js'

/** On this machine's disk: filled under another name beside it, then renamed. */
export class DiskFolders implements PrivateFolders {
  async make(path: string, fill: (folder: PrivateFolder) => Promise<void>): Promise<void> {
    const parent = dirname(path)
    const mark = `${process.pid}.${randomBytes(4).toString('hex')}`
    const temporary = join(parent, `.${basename(path)}.${mark}.part`)
    await refuseExisting(path)
    try {
      await mkdir(parent, {recursive: true, mode: 0o700})
      await sweep(parent)
      await mkdir(temporary, {mode: 0o700})
      await fill({write: (name, pieces) => writePrivate(temporary, name, pieces)})
      await syncFolder(temporary)
      await refuseExisting(path)
      await rename(temporary, path)
      await syncFolder(parent)
    } catch (error) {
      await rm(temporary, {recursive: true, force: true})
      throw writeError(path, error)
    }
  }
}

async function writePrivate(
  folder: string,
  name: string,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<WrittenFile> {
  const handle = await open(join(folder, name), 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    // `open`'s mode is cut by the umask; chmod on the handle is not.
    await handle.chmod(0o600)
    for await (const piece of pieces) {
      const chunk = Buffer.from(piece)
      await handle.writeFile(chunk)
      hash.update(chunk)
      bytes += chunk.length
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return {name, bytes, sha256: hash.digest('hex')}
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw writeError(path, error)
  })
  if (found === undefined) return
  throw new MitraError(
    'failed',
    'FOLDER_EXISTS',
    `${path} is there already; nothing was written.`,
    {
      hints: ['Choose another place with --to.'],
    },
  )
}

/** `.lic-1.<pid>.<random>.part` of processes that are gone. */
async function sweep(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = /^\..+\.(\d+)\.[0-9a-f]{8}\.part$/.exec(entry)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    await rm(join(parent, entry), {recursive: true, force: true})
  }
}
