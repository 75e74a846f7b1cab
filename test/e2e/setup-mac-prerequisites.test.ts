import {afterEach, describe, expect, test} from 'vitest'
import {RecordedMac, type MacState} from '../support/recorded-mac.js'

const setup = ['--profile', 'backend', '--tools-only']
const label = 'Command Line Tools for Xcode 26.6-26.6'
const missing = {
  hasDeveloperTools: false,
  labels: ['Command Line Tools for Xcode-16.4', 'macOS Tahoe 26.2-25C56', label],
}

let mac: RecordedMac

async function open(changes: Partial<MacState>): Promise<void> {
  mac = await RecordedMac.open(changes)
  await mac.wantGitOnly()
}

afterEach(async () => {
  await mac.close()
})

describe('the Command Line Tools of a recorded Mac', () => {
  test('are asked for first, then installed by what Apple offers, before any tool', async () => {
    await open(missing)
    await mac.knowPassword()
    const first = await mac.setup([...setup, '--plan'])
    await mac.takeCommands()

    const done = await mac.setupJson([...setup, '--yes'])
    const commands = await mac.changes()
    const second = await mac.setupJson([...setup, '--plan'])

    expect(first.stdout).toContain(
      'Planned later: the tools, once the Command Line Tools are there',
    )
    expect(commands).toEqual(done.plan.flatMap(({detail}) => detail.commands))
    expect(commands.slice(1, 4)).toEqual([
      ['sudo', '-n', 'softwareupdate', '-i', label],
      ['sudo', '-n', 'xcode-select', '--switch', '/Library/Developer/CommandLineTools'],
      ['rm', '-f', expect.any(String)],
    ])
    expect(commands.at(-1)).toContain('bundle')
    expect(second.plan).toEqual([])
  })

  test('need a password, which nobody is asked for without a terminal', async () => {
    await open(missing)

    const refused = await mac.setup([...setup, '--yes'])
    const commands = await mac.changes()

    expect(refused.code).toBe(6)
    expect(refused.stderr).toContain('Run sudo -v, then the same command again.')
    expect(commands.map((words) => words.join(' '))).not.toContain('sudo -v')
    expect(Object.keys((await mac.state()).formulae)).not.toContain('git')
  })

  test('that Apple does not offer are left to the person', async () => {
    await open({hasDeveloperTools: false})
    await mac.setup([...setup, '--yes'])

    const {followUps, plan} = await mac.setupJson([...setup, '--plan'])

    expect(plan).toEqual([])
    expect(followUps[0]).toMatchObject({
      tool: 'command-line-tools',
      todo: expect.stringContaining('xcode-select --install'),
    })
  })
})

describe('a password', () => {
  test('is not asked for where no step needs one', async () => {
    await open({})

    const {plan} = await mac.setupJson([...setup, '--yes'])
    const commands = await mac.takeCommands()

    expect(plan.map(({id}) => id)).not.toContain('toolchain.password')
    expect(commands.filter(([program]) => program === 'sudo')).toEqual([])
  })

  test('is asked for once on a terminal, before the work', async () => {
    await open(missing)

    const done = await mac.setupOnTerminal([...setup, '--yes'])

    const commands = await mac.changes()
    expect(done.code).toBe(0)
    expect(commands.filter((words) => words.join(' ') === 'sudo -v')).toHaveLength(1)
    expect(commands[1]).toEqual(['sudo', '-v'])
    expect((await mac.state()).hasDeveloperTools).toBe(true)
  })

  test('that sudo does not take changes nothing', async () => {
    await open({...missing, canSudo: false})

    const refused = await mac.setupOnTerminal([...setup, '--yes'])

    expect(refused.code).toBe(6)
    expect(refused.stdout).toContain('sudo did not take it')
    expect(Object.keys((await mac.state()).formulae)).not.toContain('git')
  })
})
