import {chmod, mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {execFile} from 'node:child_process'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {checkedJson} from '../support/run.js'
import {mitra, oddFolder} from '../support/cli.js'
import {requirement} from '../support/requirements.js'

const execute = promisify(execFile)

const packages = ['hello', 'tree']

const hasApt = await requirement('apt as root, with hello and tree not installed', async () => {
  if (process.getuid?.() !== 0) return false
  const names = await installed().catch(() => undefined)
  return names !== undefined && packages.every((name) => !names.includes(`${name} `))
})

async function installed(): Promise<string> {
  const format = '${Package} ${Version} ${db:Status-Status}\\n'
  return (await execute('dpkg-query', ['-W', '-f', format])).stdout
}

function toolOf(name: string, packageName = name): string {
  return `
  - id: ${name}
    title: ${name}
    profiles: [backend]
    detect: {programs: [${name}], arguments: [--version], pattern: '(\\d+(?:\\.\\d+)*)'}
    apt: {packages: [${packageName}], sizeMb: 1, minutes: 1}`
}

const head = "machine: {memoryGb: 8, diskGb: 256, macos: '12'}\ntools:"

interface Result {
  readonly applied: boolean
  readonly plan: readonly {
    readonly id: string
    readonly detail: {readonly commands: readonly (readonly string[])[]; readonly files: string[]}
  }[]
  readonly followUps: readonly {readonly tool: string}[]
}

describe.runIf(hasApt)('the tools of a machine, on the real apt', () => {
  let cwd = ''
  let before = ''

  const write = (...tools: readonly string[]) =>
    writeFile(join(cwd, 'toolchain.yml'), `${head}${tools.join('')}\n`)
  const setup = ['setup', '--profile', 'backend', '--tools-only', '--yes']
  // A new folder's own workspace, whatever mitra's checkout has.
  const at = (env: Readonly<Record<string, string>> = {}) => ({cwd, env})
  const json = async (argv: readonly string[], env = {}): Promise<Result> => {
    const {stdout, stderr} = await mitra([...argv, '--json'], at(env))
    if (stdout === '') throw new Error(stderr)
    // It holds the schema of setup.
    return checkedJson(stdout, 'setup') as Result
  }

  beforeEach(async () => {
    cwd = await oddFolder()
    before = await installed()
    await write(toolOf('hello'), toolOf('tree'))
  })

  afterEach(async () => {
    await execute('apt-get', ['purge', '-y', ...packages])
    await rm(cwd, {recursive: true, force: true})
  })

  test('installs what is missing, then has nothing to do, and undo leaves no trace', async () => {
    const first = await mitra(setup, at())
    const lock: unknown = JSON.parse(await readFile(join(cwd, 'mitra.lock'), 'utf8'))
    const startedMs = performance.now()
    const second = await mitra(['setup', '--profile', 'backend', '--tools-only', '--plan'], at())
    const tookMs = performance.now() - startedMs
    const undone = await mitra(['setup', '--undo', '--yes'], at())

    expect([first.code, second.code, undone.code]).toEqual([0, 0, 0])
    expect(lock).toMatchObject({tools: {hello: expect.any(String), tree: expect.any(String)}})
    expect(tookMs).toBeLessThan(10_000)
    expect(await installed()).toBe(before)
    await expect(readFile(join(cwd, 'mitra.lock'))).rejects.toThrow('ENOENT')
  })

  test('runs the commands and writes the files that the plan names, and no others', async () => {
    const log = join(cwd, 'commands.log')
    await mkdir(join(cwd, 'recorder'))
    const recorder = join(cwd, 'recorder/env')
    await writeFile(recorder, `#!/bin/sh\necho "env $*" >> '${log}'\nexec /usr/bin/env "$@"\n`)
    await chmod(recorder, 0o755)
    const path = `${join(cwd, 'recorder')}:${process.env['PATH'] ?? ''}`

    const {plan} = await json(['setup', '--profile', 'backend', '--tools-only', '--plan'])
    const done = await json(setup, {PATH: path})

    const commands = plan.flatMap(({detail}) => detail.commands.map((words) => words.join(' ')))
    expect(commands.length).toBeGreaterThanOrEqual(2)
    expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual(commands)
    expect(plan.flatMap(({detail}) => detail.files)).toEqual([join(cwd, 'mitra.lock')])
    expect(done.plan).toEqual(plan)
  })

  test('of a wrong package name says so with the fix, and has the others', async () => {
    await write(toolOf('nothing', 'no-such-package'), toolOf('hello'))

    const result = await mitra(setup, at())

    expect(result.code).toBe(1)
    expect(result.stderr).toContain('Unable to locate package no-such-package')
    // Lines break where they are full.
    expect(result.stderr.replaceAll(/\s+/g, ' ')).toContain('toolchain.yml, apt of nothing, names')
    expect(await installed()).toContain('hello ')
  })

  test('takes back the packages of a tool that was not found after them', async () => {
    await write(toolOf('no-such-program', 'hello'))
    const result = await mitra(setup, at())
    const undone = await mitra(['setup', '--undo', '--yes'], at())

    expect([result.code, undone.code]).toEqual([1, 0])
    expect(result.stderr).toContain('still not found')
    expect(await installed()).toBe(before)
  })

  test('cut off at any record ends, run again, as if it was not, and is taken back', async () => {
    await write(toolOf('tree'))
    const differing: string[] = []
    let isOver = false
    for (let record = 1; !isOver; record += 1) {
      for (const moment of ['before', 'after'] as const) {
        const fault = `journal:${record}:${moment}`
        const first = await mitra(setup, at({MITRA_FAULT: fault}))
        const second = await mitra(setup, at())
        const third = await json(['setup', '--profile', 'backend', '--tools-only', '--plan'])
        const undone = await mitra(['setup', '--undo', '--yes'], at())
        const isSame = (await installed()) === before
        const isGone = await readFile(join(cwd, 'mitra.lock')).then(
          () => false,
          () => true,
        )
        if (second.code !== 0 || undone.code !== 0 || !isSame || !isGone || third.plan.length > 0) {
          differing.push(`${fault}: ${JSON.stringify({second, undone, third, isSame, isGone})}`)
        }
        await rm(join(cwd, '.mitra'), {recursive: true, force: true})
        if (first.signal !== 'SIGKILL') isOver = true
      }
    }

    expect(differing).toEqual([])
  }, 600_000)
})
