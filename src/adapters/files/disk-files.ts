import {readFile, rm} from 'node:fs/promises'
import {codeOf} from '../../errors.js'
import type {Files} from '../../ports/files.js'
import {removeError, writeAtomic} from './write-atomic.js'

/** Files on this machine's disk. */
export class DiskFiles implements Files {
  async read(path: string): Promise<string | undefined> {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
      throw error
    }
  }

  async write(path: string, text: string, mode?: number): Promise<void> {
    await writeAtomic(path, text, mode)
  }

  async remove(path: string): Promise<void> {
    await rm(path, {force: true}).catch((error: unknown) => {
      throw removeError(path, error)
    })
  }
}
