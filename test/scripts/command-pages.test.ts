import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {commandPage, commandTable, withCommandTable} from '../../scripts/command-pages.js'
import {repositoryRoot} from '../support/cli.js'

const migrate = {
  id: 'db:migrate',
  summary: 'Run what is missing.',
  examples: ['<%= config.bin %> <%= command.id %> --plan'],
  args: {name: {name: 'name', description: 'The tenant.', required: true}},
  flags: {
    plan: {name: 'plan', type: 'boolean', summary: 'Show it.', env: 'MITRA_PLAN', char: 'p'},
    engine: {name: 'engine', type: 'option', summary: 'What runs it.', options: ['auto', 'docker']},
  },
}

test('a page shows usage, arguments, flags with their variables, and examples as they are typed', () => {
  const page = commandPage(migrate)

  expect(page).toContain('mitra db migrate NAME [flags]')
  expect(page).toContain('| `-p`, `--plan` | Show it. | `MITRA_PLAN` |')
  expect(page).toContain('| `--engine=<value>` | What runs it. One of `auto`, `docker`. |  |')
  expect(page).toContain('\nmitra db migrate --plan\n')
  expect(page).not.toContain('<%')
})

test('the table replaces what lies between the markers and nothing else', () => {
  const readme = 'a\n<!-- commands -->\nold\n<!-- commandsstop -->\nb'

  const written = withCommandTable(readme, commandTable([migrate]))

  expect(written).toMatch(/^a\n<!-- commands -->\n\| command/)
  expect(written).toContain('[`mitra db migrate`](docs/commands/db-migrate.md)')
  expect(written).toMatch(/<!-- commandsstop -->\nb$/)
  expect(written).not.toContain('old')
  expect(() => withCommandTable('no markers', '')).toThrow('commandsstop')
})

test('every command has its page and its line in the README', () => {
  const files = readdirSync(join(repositoryRoot, 'src/commands'), {
    recursive: true,
    encoding: 'utf8',
  }).filter((name) => name.endsWith('.ts'))
  const pages = files.map((file) => file.replaceAll('/', '-').replace(/\.ts$/, '.md')).toSorted()
  const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8')

  expect(readdirSync(join(repositoryRoot, 'docs/commands')).toSorted()).toEqual(pages)
  expect(pages.filter((page) => !readme.includes(`(docs/commands/${page})`))).toEqual([])
})
