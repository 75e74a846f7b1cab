import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {mitra, mitraJson, oddFolder} from '../support/cli.js'
import {portsOf, removeWorkspace} from '../support/workspace.js'

const env = {MITRA_ENGINE: 'native', ...portsOf(28_200)}
let cwd = ''

beforeEach(async () => {
  cwd = await oddFolder()
})

afterEach(async () => {
  await removeWorkspace({cwd, env})
})

const counted = async () => {
  const query = ['db', 'query', 'select count(*) from users', '--tenant', 'lic']
  return (await mitraJson<{rows: unknown}>(query, {cwd, env})).rows
}

test('two first setups at once make one workspace, whose services one down stops', async () => {
  const [first, second] = await Promise.all([
    mitra(['setup', '--yes'], {cwd, env}),
    mitra(['setup', '--yes'], {cwd, env}),
  ])
  const {services} = await mitraJson<{services: readonly {state: string}[]}>(['status'], {cwd, env})
  const plan = await mitra(['setup', '--plan'], {cwd, env})

  expect([first.code, second.code]).toEqual([0, 0])
  expect(services.map(({state}) => state)).toEqual(services.map(() => 'healthy'))
  expect(plan.code).toBe(0)
}, 240_000)

test('after setup --undo the next setup has the same identity and every row', async () => {
  await mitra(['setup', '--yes'], {cwd, env})
  const before = await counted()
  const identity = await readFile(join(cwd, '.mitra/workspace.json'), 'utf8')
  await mitra(['setup', '--undo', '--yes'], {cwd, env})
  const ignored = await readFile(join(cwd, '.mitra/.gitignore'), 'utf8')
  await mitra(['setup', '--yes'], {cwd, env})

  expect(await readFile(join(cwd, '.mitra/workspace.json'), 'utf8')).toBe(identity)
  expect(ignored).toBe('*\n')
  expect(await counted()).toEqual(before)
}, 240_000)
