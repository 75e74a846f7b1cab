import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {codeOf} from '../../errors.js'
import type {RetentionRules} from '../../ports/retention-rules.js'

const fileName = 'retention.yml'
// The same place seen from src/config/governance and from dist/config/governance.
const packaged = fileURLToPath(new URL('../../../config/', import.meta.url))

/** The workspace's own retention.yml, else the one that mitra ships. */
export async function loadRetentionRules(root: string): Promise<RetentionRules> {
  const own = join(root, fileName)
  const ownText = await readFile(own, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  const file = ownText === undefined ? join(packaged, fileName) : own
  const content = ownText ?? (await readFile(file, 'utf8'))
  const {parseRetentionRules} = await import('./retention.js')
  return parseRetentionRules(file, content)
}
