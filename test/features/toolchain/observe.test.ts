import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {HostProber} from '../../../src/adapters/toolchain/host-prober.js'
import {parseToolchainLock} from '../../../src/config/toolchain/parse-lock.js'
import {parseToolchain} from '../../../src/config/toolchain/parse-toolchain.js'
import {lockOf, lockText} from '../../../src/features/toolchain/lock-text.js'
import {observeToolchain} from '../../../src/features/toolchain/observe.js'
import {repositoryRoot} from '../../support/cli.js'

const shipped = readFileSync(join(repositoryRoot, 'config/toolchain.yml'), 'utf8')
const toolchain = parseToolchain('toolchain.yml', shipped)

let place = ''

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'mitra-toolchain-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(place, {recursive: true, force: true})
})

/** A real program that prints one line, in a folder of its own. */
function program(folder: string, name: string, line: string, code = 0): string {
  mkdirSync(join(place, folder), {recursive: true})
  const path = join(place, folder, name)
  writeFileSync(path, `#!/bin/sh\necho '${line}'\nexit ${code}\n`)
  chmodSync(path, 0o755)
  return path
}

function usePath(...folders: readonly string[]): void {
  vi.stubEnv('PATH', folders.map((folder) => join(place, folder)).join(':'))
}

async function stateOfTool(id: string) {
  const states = await observeToolchain(toolchain, 'backend', new HostProber('linux', []))
  return states.find((state) => state.id === id)
}

describe('the tools of a machine', () => {
  test('are present with the version that each states', async () => {
    const path = program('one', 'python3', 'Python 3.11.2')
    usePath('one')

    expect(await stateOfTool('python')).toMatchObject({state: 'present', version: '3.11.2', path})
  })

  test('are too low when no version on PATH is high enough', async () => {
    program('one', 'python3', 'Python 3.9.18')
    usePath('one')

    expect(await stateOfTool('python')).toMatchObject({state: 'tooLow', version: '3.9.18'})
  })

  test('are hidden when one of too low a version comes first, and both places are named', async () => {
    const path = program('one', 'python3', 'Python 3.9.18')
    const rightPath = program('two', 'python3', 'Python 3.12.1')
    usePath('one', 'two')

    expect(await stateOfTool('python')).toMatchObject({state: 'hidden', path, rightPath})
  })

  test('are absent when the program is not there or does not run', async () => {
    program('one', 'git', 'git version 2.39.5', 1)
    usePath('one')

    expect(await stateOfTool('git')).toMatchObject({state: 'absent', version: undefined})
  })

  test('are found where servers lie though PATH leaves it out', async () => {
    program('sbin', 'nginx', 'nginx version: nginx/1.22.1')
    usePath('none')
    const prober = new HostProber('linux', [join(place, 'sbin')])

    const states = await observeToolchain(toolchain, 'backend', prober)

    expect(states.find(({id}) => id === 'nginx')).toMatchObject({version: '1.22.1'})
  })

  test.each([
    [2, 0],
    [0, 1],
  ])('on a Mac whose xcode-select ends with %i, %i of /usr/bin are run', async (code, count) => {
    program('one', 'xcode-select', '/Library/Developer/CommandLineTools', code)
    vi.stubEnv('PATH', `${join(place, 'one')}:/usr/bin`)

    const answers = await new HostProber('darwin', []).outputs('env', ['true'])

    expect(answers).toHaveLength(count)
  })

  test('are those of the profile and of the platform only', async () => {
    usePath('none')

    const states = await observeToolchain(toolchain, 'full', new HostProber('linux', []))

    expect(states.map(({id}) => id)).toContain('flutter')
    expect(states.map(({id}) => id)).not.toContain('xcode')
  })
})

describe('mitra.lock', () => {
  test('is read as it was written and holds what states a version', async () => {
    program('one', 'python3', 'Python 3.11.2')
    program('one', 'git', 'git version 2.39.5')
    usePath('one')
    const states = await observeToolchain(toolchain, 'backend', new HostProber('linux', []))
    const lock = lockOf(states, {platform: 'linux', architecture: 'x64'})

    expect(lock.tools).toEqual({python: '3.11.2', git: '2.39.5'})
    expect(parseToolchainLock('mitra.lock', lockText(lock))).toEqual(lock)
  })

  test('of a newer mitra is refused with its line', () => {
    const text =
      '{\n  "version": 2,\n  "platform": "linux",\n  "architecture": "x64",\n  "tools": {}\n}\n'

    expect(() => parseToolchainLock('mitra.lock', text)).toThrow(/mitra\.lock:2/)
  })
})

describe('config/toolchain.yml', () => {
  test.each([
    ['id: git', 'id: node', /two of node/],
    ["minimum: '18'", 'minimum: eighteen', /eighteen/],
    [String.raw`nginx/(\d+(?:\.\d+)*)`, 'nginx/(', /no regular expression/],
    [String.raw`nginx/(\d+(?:\.\d+)*)`, 'nginx', /needs a group/],
    ['profiles: [full]', 'profiles: [everything]', /everything/],
  ])('with a mistake names the file, the line and the value: %s', (right, wrong, message) => {
    const text = shipped.replace(right, wrong)

    expect(() => parseToolchain('toolchain.yml', text)).toThrow(message)
    expect(() => parseToolchain('toolchain.yml', text)).toThrow(/toolchain\.yml:\d+/)
  })
})
