// `npm run docs` writes docs/commands, docs/isolation-rules.md and the README's table; with `--pictures` the pictures too, or those alone that are named after it.
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {
  commandPage,
  commandTable,
  pageName,
  withCommandTable,
  type ManifestCommand,
} from './command-pages.js'
import {isolationRulesPage} from './isolation-rules.js'

const repository = fileURLToPath(new URL('..', import.meta.url))

function writeCommands(): void {
  const text = readFileSync(join(repository, 'oclif.manifest.json'), 'utf8')
  const manifest: {commands: Readonly<Record<string, ManifestCommand>>} = JSON.parse(text)
  const commands = Object.values(manifest.commands).toSorted((a, b) => (a.id < b.id ? -1 : 1))

  const folder = join(repository, 'docs/commands')
  mkdirSync(folder, {recursive: true})
  for (const stale of readdirSync(folder)) rmSync(join(folder, stale))
  for (const command of commands) {
    writeFileSync(join(folder, pageName(command)), commandPage(command))
  }

  const readme = join(repository, 'README.md')
  const table = commandTable(commands)
  writeFileSync(readme, withCommandTable(readFileSync(readme, 'utf8'), table))
}

writeCommands()
writeFileSync(join(repository, 'docs/isolation-rules.md'), isolationRulesPage())
const asked = process.argv.indexOf('--pictures')
if (asked !== -1) {
  const names = process.argv.slice(asked + 1)
  if (names.length === 0) {
    const {drawCostPictures} = await import('./cost-pictures.js')
    await drawCostPictures()
  }
  const {drawPictures} = await import('./pictures.js')
  await drawPictures(names)
}
