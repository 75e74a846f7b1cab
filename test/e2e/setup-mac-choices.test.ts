import {afterEach, describe, expect, test} from 'vitest'
import {RecordedMac, type MacState} from '../support/recorded-mac.js'

const setup = ['--profile', 'backend', '--tools-only']

const editorOnly = `machine: {memoryGb: 1, diskGb: 1, macos: '12'}
tools:
  - id: vscode
    title: Visual Studio Code
    profiles: [backend]
    detect: {programs: [code], arguments: [--version], pattern: '^([0-9.]+)'}
    brew: {cask: visual-studio-code, sizeMb: 1, minutes: 1}
extensions:
  - {id: ms-python.flake8, profiles: [backend]}
  - {id: EditorConfig.EditorConfig, profiles: [backend]}
`

let mac: RecordedMac

async function open(changes: Partial<MacState> = {}): Promise<void> {
  mac = await RecordedMac.open(changes)
}

afterEach(async () => {
  await mac.close()
})

describe('the tools of a recorded Mac', () => {
  test('are warned of what will suffer where the Mac is too small or too old', async () => {
    await open({memoryBytes: 4_294_967_296, macos: '11.7.10', isAppleSilicon: true})
    await mac.wantGitOnly('memoryGb: 8, diskGb: 1')

    const small = await mac.setup([...setup, '--plan'])
    const {shortages} = await mac.setupJson([...setup, '--plan'])
    await mac.change({memoryBytes: 8_589_934_592, macos: '12.0'})
    const enough = await mac.setupJson([...setup, '--plan'])

    expect(shortages.map(({part}) => part)).toEqual(['memory', 'macos'])
    expect(small).toMatchObject({code: 2, stdout: expect.stringContaining('memory: 4 GB')})
    expect(enough.shortages).toEqual([])
  })

  test('are those that were chosen, which the next run remembers, and undo forgets', async () => {
    await open()
    const chosen = ['--container-engine', 'colima', '--database-tool', 'dbeaver']
    await mac.setup([...setup, '--yes', ...chosen])
    const {formulae, casks} = await mac.state()

    const second = await mac.setupJson([...setup, '--plan'])
    const other = await mac.setupJson([...setup, '--plan', '--container-engine', 'docker-desktop'])
    const undone = await mac.setup(['--undo', '--yes'])

    expect(Object.keys(formulae)).toEqual(expect.arrayContaining(['colima', 'docker', 'lima']))
    expect(Object.keys(casks).toSorted()).toEqual(['dbeaver-community', 'visual-studio-code'])
    expect(second.plan).toEqual([])
    expect(other.plan.map(({id}) => id)).toEqual([
      'toolchain.choices',
      'toolchain.brewfile',
      'toolchain.tool.docker-desktop',
      'toolchain.lock',
    ])
    expect(undone.code).toBe(0)
    expect(await mac.stateFiles()).not.toContain('choices.json')
  })

  test('leave an engine alone that is there already', async () => {
    await open({casks: {'docker-desktop': '4.45.0'}})
    await mac.addApplication('Docker.app')

    const {plan} = await mac.setupJson([...setup, '--plan'])

    const ids = plan.map(({id}) => id)
    expect(ids.filter((id) => /orbstack|docker|colima/.test(id))).toEqual([
      'toolchain.tool.extension.ms-azuretools.vscode-docker',
    ])
  })

  test.each([
    [['--container-engine', 'podman'], 'docker-desktop, orbstack, colima'],
    [['--database-tool', 'psql'], 'pgadmin, dbeaver, none'],
  ])('that nobody knows are refused: %s', async (flags, known) => {
    await open()

    const refused = await mac.setup([...setup, '--yes', ...flags])

    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(known)
    expect(await mac.files()).toEqual([])
  })

  test('bring extensions of the editor, and one that cannot be had does not stop the others', async () => {
    await open({faults: {'ms-python.flake8': ['Failed Installing Extensions: ms-python.flake8']}})
    await mac.want(editorOnly)

    const failed = await mac.setup([...setup, '--yes'])
    const {extensions} = await mac.state()
    const again = await mac.setupJson([...setup, '--plan'])

    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('Failed Installing Extensions: ms-python.flake8')
    expect(extensions).toEqual(['editorconfig.editorconfig'])
    expect(again.plan.map(({id}) => id)).toEqual(['toolchain.tool.extension.ms-python.flake8'])
  })
})
