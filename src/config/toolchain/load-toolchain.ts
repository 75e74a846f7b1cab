import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {codeOf} from '../../errors.js'
import type {Toolchain} from '../../ports/toolchain.js'

const fileName = 'toolchain.yml'
// The same place seen from src/config/toolchain and from dist/config/toolchain.
const packaged = fileURLToPath(new URL('../../../config/', import.meta.url))

/** The workspace's own toolchain.yml, else the one that mitra ships; without a root the latter. */
export async function loadToolchain(root?: string): Promise<Toolchain> {
  const own = root === undefined ? undefined : await ownFile(join(root, fileName))
  const {parseToolchain} = await import('./parse-toolchain.js')
  if (own !== undefined) return parseToolchain(own.file, own.text)
  const file = join(packaged, fileName)
  return parseToolchain(file, await readFile(file, 'utf8'))
}

async function ownFile(file: string) {
  try {
    return {file, text: await readFile(file, 'utf8')}
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
