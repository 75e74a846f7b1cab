import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {codeOf, MitraError} from '../../errors.js'
import type {MigrationFiles, MigrationScope, MigrationText} from '../../ports/migration-files.js'
import {writeError} from './write-atomic.js'

/** Migrations in two folders of the workspace. */
export class FolderMigrationFiles implements MigrationFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(): Promise<readonly MigrationText[]> {
    const [shared, tenant] = await Promise.all([this.#scope('shared'), this.#scope('tenant')])
    return [...shared, ...tenant]
  }

  async create(scope: MigrationScope, fileName: string, text: string): Promise<string> {
    const path = join(this.#folder, scope, fileName)
    try {
      await mkdir(join(this.#folder, scope), {recursive: true})
      await writeFile(path, text, {flag: 'wx'})
      return path
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw writeError(path, error)
      throw new MitraError('usage', 'FILE_EXISTS', `${path} is there already.`, {
        hints: ['Choose another name.'],
        cause: error,
      })
    }
  }

  async #scope(scope: MigrationScope): Promise<readonly MigrationText[]> {
    const folder = join(this.#folder, scope)
    const names = (await namesIn(folder)).filter((name) => name.endsWith('.sql')).toSorted()
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    return names.map((fileName, index) => ({
      scope,
      fileName,
      path: `${basename(this.#folder)}/${scope}/${fileName}`,
      text: texts[index] ?? '',
    }))
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
}
