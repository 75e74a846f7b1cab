import {execFile} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {parseToolchain} from '../../../src/config/toolchain/parse-toolchain.js'
import {
  brewfileLines,
  extensionLine,
  manifestText,
  withOurPart,
  withoutOurPart,
} from '../../../src/features/toolchain/brewfile.js'
import {toolchainProfiles} from '../../../src/ports/toolchain.js'
import {repositoryRoot} from '../../support/cli.js'
import {requirement} from '../../support/requirements.js'

const execute = promisify(execFile)

const hasRuby = await requirement('ruby', async () =>
  execute('ruby', ['--version']).then(
    () => true,
    () => false,
  ),
)

const shipped = readFileSync(join(repositoryRoot, 'config/toolchain.yml'), 'utf8')
const {tools, extensions} = parseToolchain('toolchain.yml', shipped)
const onMac = tools.filter(({platforms}) => platforms.includes('darwin'))

interface Entry {
  readonly type: string
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

let place = ''

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'mitra-brewfile-'))
})

afterAll(() => {
  rmSync(place, {recursive: true, force: true})
})

/** The entries, as Homebrew's rules read them; throws what is wrong. */
async function entriesOf(text: string): Promise<readonly Entry[]> {
  const path = join(place, 'Brewfile')
  writeFileSync(path, text)
  const rules = join(repositoryRoot, 'test/support/brewfile-rules.rb')
  const entries: readonly Entry[] = JSON.parse((await execute('ruby', [rules, path])).stdout)
  return entries
}

describe.runIf(hasRuby)('a generated Brewfile, read by the rules of Homebrew', () => {
  test.each(toolchainProfiles)(
    'of the profile %s names each tool and extension',
    async (profile) => {
      const wanted = onMac.filter(
        (tool) => tool.brew !== undefined && tool.profiles.includes(profile),
      )
      const ours = extensions.filter(({profiles}) => profiles.includes(profile))
      const lines = [...wanted.flatMap(brewfileLines), ...ours.map(extensionLine)]

      const entries = await entriesOf(
        withOurPart('tap "company/tools"\nbrew "jq", args: ["HEAD"]\n', lines),
      )

      const names = wanted.flatMap(({brew}) => [brew?.cask ?? brew?.formula, ...(brew?.also ?? [])])
      const all = ['company/tools', 'jq', ...names, ...ours.map(({id}) => id)]
      expect(entries).toHaveLength(all.length)
      expect(new Set(entries.map(({name}) => name))).toEqual(new Set(all))
    },
  )

  test.each(onMac.filter(({brew}) => brew !== undefined).map((tool) => [tool.id, tool] as const))(
    'of %s alone is right too',
    async (_, tool) => {
      const entries = await entriesOf(manifestText(tool))

      expect(entries.at(-1)?.type).toBe(tool.brew?.cask === undefined ? 'brew' : 'cask')
    },
  )

  test('links what Homebrew does not link, and leaves out links that need a password', async () => {
    const entries = await entriesOf(onMac.flatMap(brewfileLines).join('\n'))

    const optionsOf = (name: string) => entries.find((entry) => entry.name === name)?.options
    expect(optionsOf('libpq')).toEqual({link: true})
    expect(optionsOf('docker-desktop')).toEqual({args: {'no-binaries': true}})
  })

  test.each([
    ['brew 1', /name must be a String/],
    ['brew "a b"', /has not the form of one/],
    ['brew "git", ["HEAD"]', /options must be a Hash/],
    ['brew "git", lnik: true', /unknown option :lnik/],
    ['brew "git", args: [1]', /value of the wrong type/],
    ['brew "git", "args" => []', /must be a Symbol/],
    ['cask "orbstack", args: ["x"]', /cask args must be a Hash/],
    ['tap "company"', /has not the form of one/],
    ['tap "company/tools", ["x"]', /clone target must be a String/],
    ['vscode "python"', /has not the form of one/],
    ['vscode "ms-python.python", link: true', /unknown options/],
    ['vscode "a.b", {}, 1', /wrong number of arguments/],
    ['formula "git"', /undefined method/],
    ['brew "git', /unterminated string/],
  ])('with %s is refused', async (line, problem) => {
    await expect(entriesOf(`${line}\n`)).rejects.toThrow(problem)
  })
})

describe("mitra's part of a Brewfile", () => {
  test.each([
    [undefined, undefined],
    ['brew "jq"\n', 'brew "jq"\n'],
    ['brew "jq"', 'brew "jq"'],
  ])('is taken out of %j without a trace', (before, expected) => {
    const written = withOurPart(before, ['brew "git"'])

    expect(written).toContain('\nbrew "git"\n')
    expect(withoutOurPart(written, {before, written})).toBe(expected)
  })

  test('written again with other lines stays in its place', () => {
    const first = withOurPart('brew "jq"\n', ['brew "git"'])
    const second = withOurPart(`${first}cask "firefox"\n`, ['brew "node"'])

    expect(second).toBe(`${first.replace('"git"', '"node"')}cask "firefox"\n`)
  })

  test('is put back as it was when it was there before, and a line added since is kept', () => {
    const before = withOurPart('brew "jq"\n', ['brew "git"'])
    const written = withOurPart(before, ['brew "node"'])

    expect(withoutOurPart(`${written}cask "firefox"\n`, {before, written})).toBe(
      `${before}cask "firefox"\n`,
    )
  })
})
