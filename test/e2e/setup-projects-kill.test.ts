import {existsSync} from 'node:fs'
import {readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {mitra, mitraJson, oddFolder} from '../support/cli.js'
import {gitToolchain} from '../support/git-toolchain.js'
import {bareRepository} from '../support/repository.js'
import {hasGitAndVenv} from '../support/python.js'
import {standInBackend} from '../support/stand-in-backend.js'
import {portsOf, removeWorkspace} from '../support/workspace.js'

interface Plan {
  readonly plan: readonly {readonly id: string}[]
}

interface Services {
  readonly services: readonly {readonly name: string; readonly state: string}[]
}

const profile = ['setup', '--profile', 'backend']

describe.runIf(hasGitAndVenv)('SIGKILL at every record of making the backend ready', () => {
  const env = {...portsOf(25_990), MITRA_ENGINE: 'native'}
  let cwd = ''
  let origin = ''

  const at = (more: Readonly<Record<string, string>> = {}) => ({cwd, env: {...env, ...more}})
  /** What the newest run finished, from its own records. */
  const finished = async () => {
    const text = await readFile(join(cwd, '.mitra/journal/journal.jsonl'), 'utf8')
    const records: readonly {kind: string; run: string; step?: string}[] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const last = records.findLast(({kind}) => kind === 'begin')?.run
    return records.flatMap(({kind, run, step}) =>
      kind === 'done' && run === last && step !== undefined ? [step] : [],
    )
  }
  const left = async () =>
    (await readdir(cwd)).filter((name) => /python-backend|^\.env|env\.schema/.test(name))

  beforeAll(async () => {
    cwd = await oddFolder()
    origin = await oddFolder()
    await writeFile(join(cwd, 'toolchain.yml'), gitToolchain)
    const address = bareRepository(origin, standInBackend)
    await writeFile(join(cwd, 'mitra.yml'), `repositories:\n  backend: ${address}\n`)
    const {code, stderr} = await mitra(['setup', '--yes'], at())
    if (code !== 0) throw new Error(stderr)
  }, 600_000)

  afterAll(async () => {
    await removeWorkspace(at())
    await rm(origin, {recursive: true, force: true})
  })

  test('run again it ends, repeats nothing that was recorded, and is taken back whole', async () => {
    const differing: string[] = []
    let isOver = false
    // The first record is the plan. What is done and not recorded is what the next run has to know.
    for (let record = 2; !isOver; record += 1) {
      const fault = `journal:${record}:before`
      const first = await mitra([...profile, '--yes'], at({MITRA_FAULT: fault}))
      const isKilled = first.signal === 'SIGKILL'
      const done = isKilled ? await finished() : []
      const {plan} = await mitraJson<Plan>([...profile, '--plan'], at())
      const again = plan.map(({id}) => id).filter((id) => done.includes(id))
      const second = await mitra([...profile, '--yes'], at())
      const third = await mitraJson<Plan>([...profile, '--plan'], at())
      // The set-up of the platform itself stays.
      for (let turn = 0; turn < 2 && (await left()).length > 0; turn += 1) {
        await mitra(['undo', '--yes'], at())
      }
      const {services} = await mitraJson<Services>(['status'], at())
      const isRunning = services.some(({name, state}) => name === 'backend' && state !== 'stopped')
      const rest = [...(await left()), ...(isRunning ? ['the backend'] : [])]
      const isWrong = second.code !== 0 || third.plan.length + rest.length + again.length > 0
      if (isWrong) differing.push(JSON.stringify({fault, again, second, third, rest}))
      if (!isKilled) isOver = true
    }

    expect(differing).toEqual([])
    expect(existsSync(join(cwd, 'database'))).toBe(true)
  }, 900_000)
})
