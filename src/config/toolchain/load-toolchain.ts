import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {codeOf} from '../../errors.js'
import type {Toolchain} from '../../ports/toolchain.js'

const fileName = 'toolchain.yml'
// The same place seen from src/config/toolchain and from dist/config/toolchain.
const packaged = fileURLToPath(new URL('../../../config/', import.meta.url))

/** The workspace's own toolchain.yml, else the one that mitra ships. */
export async function loadToolchain(root: string): Promise<Toolchain> {
  const own = join(root, fileName)
  const ownText = await readFile(own, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  const file = ownText === undefined ? join(packaged, fileName) : own
  const {parseToolchain} = await import('./parse-toolchain.js')
  return parseToolchain(file, ownText ?? (await readFile(file, 'utf8')))
}
