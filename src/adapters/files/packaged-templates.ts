import {readdir, readFile} from 'node:fs/promises'
import {join, relative, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Templates} from '../../ports/files.js'

// The same place seen from src/adapters/files and from dist/adapters/files.
const packageRoot = fileURLToPath(new URL('../../../', import.meta.url))

/** The `templates/` folder of the installed package. */
export class PackagedTemplates implements Templates {
  async read(folder: string): Promise<ReadonlyMap<string, string>> {
    const root = join(packageRoot, 'templates')
    const entries = await readdir(join(root, folder), {recursive: true, withFileTypes: true})
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
    const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
    return new Map(
      paths.map((path, index) => [relative(root, path).split(sep).join('/'), texts[index] ?? '']),
    )
  }
}
