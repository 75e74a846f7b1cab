import {readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, describe, expect, test} from 'vitest'
import {RecordedMac, type MacState} from '../support/recorded-mac.js'

const setup = ['--profile', 'backend', '--tools-only']

let mac: RecordedMac

async function open(changes: Partial<MacState> = {}): Promise<void> {
  mac = await RecordedMac.open(changes)
}

async function brewfile(): Promise<string> {
  return readFile(join(mac.workspace, 'Brewfile'), 'utf8')
}

afterEach(async () => {
  await mac.close()
})

describe('the tools of a recorded Mac', () => {
  test('come through the commands that the plan names, all of them and no others', async () => {
    await open()
    const {plan} = await mac.setupJson([...setup, '--plan'])
    const whilePlanning = await mac.changes()

    const done = await mac.setup([...setup, '--yes'])

    const commands = plan.flatMap(({detail}) => detail.commands)
    expect(done).toMatchObject({code: 0})
    expect(commands.length).toBeGreaterThanOrEqual(8)
    expect(await mac.changes()).toEqual(commands)
    expect(whilePlanning).toEqual([])
    expect(await mac.files()).toEqual(['Brewfile', 'mitra.lock'])
  })

  test('are there afterwards, the second run has nothing to do, and undo leaves no trace', async () => {
    await open()
    const before = await mac.state()
    await mac.setup([...setup, '--yes'])
    const {formulae, casks} = await mac.state()

    const second = await mac.setup([...setup, '--plan'])
    const undone = await mac.setup(['--undo', '--yes'])

    expect(Object.keys(formulae)).toEqual(expect.arrayContaining(['git', 'libpq', 'pcre2']))
    expect(Object.keys(casks)).toEqual(expect.arrayContaining(['visual-studio-code']))
    expect(second).toMatchObject({code: 0, stdout: expect.stringContaining('Nothing to do.')})
    expect(undone).toMatchObject({code: 0})
    expect(await mac.state()).toEqual(before)
    expect(await mac.files()).toEqual([])
  })

  test('are uninstalled by the commands that the plan of the undo names', async () => {
    await open()
    await mac.setup([...setup, '--yes'])
    const {plan} = await mac.setupJson(['--undo', '--plan'])
    await mac.takeCommands()

    await mac.setup(['--undo', '--yes'])

    expect(await mac.changes()).toEqual(plan.flatMap(({detail}) => detail.commands))
  })

  test('that cannot be had do not keep the others away, and the fix is said', async () => {
    const said = [
      'curl: (6) Could not resolve host: ghcr.io',
      'Error: git: Failed to download resource "git (2.51.0)"',
    ]
    await open({faults: {git: said}})

    const failed = await mac.setup([...setup, '--yes'])
    const {formulae} = await mac.state()
    await mac.change({faults: {}})
    const again = await mac.setupJson([...setup, '--plan'])

    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('Failed to download resource')
    expect(failed.stderr).toContain('Is there a network')
    expect(Object.keys(formulae)).toEqual(expect.arrayContaining(['node', 'libpq', 'redis']))
    expect(again.plan.map(({id}) => id)).toEqual(['toolchain.tool.git', 'toolchain.lock'])
  })

  test.each([
    ['Error: User interaction is not allowed. (-25308)', 'The keychain is locked'],
    ['Error: No space left on device @ rb_sysopen', 'Free some disk space'],
    ['Error: A `brew install` process has already locked /opt/homebrew/x', 'Another brew'],
    ['curl: (60) SSL certificate problem: self signed certificate in chain', 'System keychain'],
    ['Error: You have not agreed to the Xcode license.', 'xcodebuild -license accept'],
  ])('that fail with "%s" name what helps', async (said, fix) => {
    await open({faults: {git: [said]}})
    await mac.wantGitOnly()

    const failed = await mac.setup([...setup, '--yes'])

    expect(failed.code).toBe(1)
    expect(failed.stderr.replaceAll(/\s+/g, ' ')).toContain(fix)
  })

  test('wait for Homebrew where there is none', async () => {
    await open()
    await mac.removeBrew()

    const {plan, followUps} = await mac.setupJson([...setup, '--plan'])

    expect(plan.map(({id}) => id)).toEqual(['toolchain.brewfile', 'toolchain.lock'])
    expect(followUps[0]).toMatchObject({
      tool: 'brew',
      todo: expect.stringContaining('Install Homebrew'),
    })
    expect(followUps).toContainEqual(
      expect.objectContaining({tool: 'git', todo: 'Then brew install git, or run this again.'}),
    )
  })

  test('wait for Homebrew where it is half installed, and its own words are shown', async () => {
    await open({isBrewBroken: true})

    const {followUps} = await mac.setupJson([...setup, '--plan'])

    expect(followUps[0]?.todo).toContain('Homebrew is missing its library')
  })

  test('do not come from Homebrew for Intel on Apple silicon', async () => {
    await open({prefix: '/usr/local'})

    const onApple = await mac.setupJson([...setup, '--plan'])
    await mac.change({isAppleSilicon: false})
    const onIntel = await mac.setupJson([...setup, '--plan'])

    expect(onApple.followUps[0]?.todo).toContain('is Homebrew for Intel')
    expect(onApple.plan.map(({id}) => id)).not.toContain('toolchain.tool.git')
    expect(onIntel.plan.map(({id}) => id)).toContain('toolchain.tool.git')
  })

  test('of too low a version are upgraded, one that hides a right one is left to the person', async () => {
    await open({formulae: {git: '2.30.0'}})
    await mac.addProgram('python3', 'Python 3.9.6')

    const done = await mac.setupJson([...setup, '--yes'])

    expect(done.followUps).toContainEqual(
      expect.objectContaining({tool: 'python', todo: expect.stringMatching(/python3\.12.+before/)}),
    )
    expect(Object.keys((await mac.state()).formulae)).toContain('python@3.12')
  })

  test('keep the lines that a person added to the Brewfile, also when undone', async () => {
    await open()
    const path = join(mac.workspace, 'Brewfile')
    await writeFile(path, 'brew "jq"')
    await mac.wantGitOnly()
    await mac.setup([...setup, '--yes'])
    const written = await brewfile()
    await writeFile(path, `${written}cask "firefox"\n`)

    const second = await mac.setupJson([...setup, '--plan'])
    await mac.setup(['--undo', '--yes'])

    expect(written).toContain('brew "jq"\n')
    expect(written).toContain('brew "git"\n')
    expect(second.plan).toEqual([])
    expect(await brewfile()).toBe('brew "jq"\ncask "firefox"\n')
  })

  test('cut off at any record end, run again, as if they were not, and are taken back', async () => {
    await open()
    await mac.wantGitOnly()
    const before = await mac.state()
    const differing: string[] = []
    let isOver = false
    for (let record = 1; !isOver; record += 1) {
      for (const moment of ['before', 'after'] as const) {
        const fault = `journal:${record}:${moment}`
        const first = await mac.setup([...setup, '--yes'], {MITRA_FAULT: fault})
        await mac.setup([...setup, '--yes'])
        const third = await mac.setupJson([...setup, '--plan'])
        const {git} = (await mac.state()).formulae
        const undone = await mac.setup(['--undo', '--yes'])
        const rest = {state: await mac.state(), files: await mac.files()}
        const isRight =
          JSON.stringify(rest) === JSON.stringify({state: before, files: ['toolchain.yml']})
        if (git === undefined || third.plan.length > 0 || undone.code !== 0 || !isRight) {
          differing.push(`${fault}: ${JSON.stringify({git, third, undone, rest})}`)
        }
        await rm(join(mac.workspace, '.mitra'), {recursive: true, force: true})
        if (first.signal !== 'SIGKILL') isOver = true
      }
    }

    expect(differing).toEqual([])
  }, 300_000)
})
