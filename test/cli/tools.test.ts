import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {openTools} from '../../src/cli/tools.js'

let folder = ''
const before = process.cwd()

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mitra-tools-')))
  process.chdir(folder)
})

afterEach(() => {
  process.chdir(before)
  rmSync(folder, {recursive: true, force: true})
})

test('ports that one plan has moved are in force for the next plan of the same command', async () => {
  const tools = openTools({version: '0.0.0'})
  const ports = await tools.ports()
  const moved = {...ports, postgres: ports.postgres + 7}
  await (await tools.memory()).rememberPorts(moved)

  expect(await tools.ports()).toEqual(moved)
})
