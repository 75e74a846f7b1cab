import {createReadStream} from 'node:fs'
import {readdir, stat} from 'node:fs/promises'
import {basename, join, relative, sep} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {ExportFile, ExportFiles} from '../../ports/export-files.js'

/** An export on this machine: one file, or a folder such as a copied bucket. */
export class LocalExport implements ExportFiles {
  readonly #place: string

  constructor(place: string) {
    this.#place = place
  }

  async list(): Promise<readonly ExportFile[]> {
    const found = await stat(this.#place).catch((error: unknown) => {
      throw missing(this.#place, error)
    })
    if (!found.isDirectory()) {
      const path = basename(this.#place)
      // Whoever names one file means it, whatever it is called.
      return [{name: this.#place, path: withEnding(path), modified: found.mtime.toISOString()}]
    }
    const entries = await readdir(this.#place, {recursive: true, withFileTypes: true})
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
    return Promise.all(
      names.map(async (name) => ({
        name,
        path: relative(this.#place, name).split(sep).join('/'),
        modified: (await stat(name)).mtime.toISOString(),
      })),
    )
  }

  async open({name}: ExportFile): Promise<AsyncIterable<Uint8Array>> {
    return createReadStream(name, {highWaterMark: 256 * 1024})
  }
}

function withEnding(path: string): string {
  return /\.(csv|gz)$/i.test(path) ? path : `${path}.csv`
}

function missing(place: string, error: unknown): MitraError {
  const isMissing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
  const message = isMissing ? `There is no ${place}.` : `${place} cannot be read.`
  return new MitraError('notReady', 'EXPORT_MISSING', message, {
    hints: ['Name a FOCUS export: a file, a folder or s3://bucket/prefix.'],
    cause: error,
  })
}
