import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import type {Toolchain} from '../../ports/toolchain.js'
import {parseToolchain} from './parse-toolchain.js'

// The same place seen from src/config/toolchain and from dist/config/toolchain.
const packaged = fileURLToPath(new URL('../../../config/toolchain.yml', import.meta.url))

/** What a developer's machine has to have, as mitra ships it. */
export async function loadToolchain(): Promise<Toolchain> {
  return parseToolchain(packaged, await readFile(packaged, 'utf8'))
}
