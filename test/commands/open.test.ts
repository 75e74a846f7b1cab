import {mkdtempSync, rmSync, writeFileSync, mkdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {openTools, type Tools} from '../../src/cli/tools.js'
import Open from '../../src/commands/open.js'
import {FakeMachine, FakeStack} from '../fakes/stack.js'
import {run} from '../support/run.js'

const workspaceBefore = process.env['MITRA_WORKSPACE']
let folder = ''
let opened: string[] = []
let services: FakeMachine

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-open-'))
  mkdirSync(join(folder, '.mitra'), {mode: 0o700})
  writeFileSync(join(folder, 'mitra.yml'), 'ports:\n  nginx: 24180\n')
  writeFileSync(join(folder, '.mitra/workspace.json'), '{"id": "0123456789ab"}')
  process.env['MITRA_WORKSPACE'] = folder
  opened = []
  services = new FakeMachine()
})

afterEach(() => {
  if (workspaceBefore === undefined) delete process.env['MITRA_WORKSPACE']
  else process.env['MITRA_WORKSPACE'] = workspaceBefore
  rmSync(folder, {recursive: true, force: true})
})

function tools(hasBrowser = true): Tools {
  return {
    ...openTools({version: 'test'}),
    stack: async () => new FakeStack({machine: services}),
    browser: async () => ({
      async open(url) {
        if (hasBrowser) opened.push(url)
        return hasBrowser
      },
    }),
  }
}

test('opens the reverse proxy on the port in force', async () => {
  services.running.add('nginx')

  const {json} = await run(Open, ['--json'], tools())

  expect(opened).toEqual(['http://127.0.0.1:24180/'])
  expect(json).toEqual({page: 'platform', url: 'http://127.0.0.1:24180/', opened: true})
})

test('only prints with --print, and where there is no browser', async () => {
  services.running.add('nginx')

  const printed = await run(Open, ['api', '--print'], tools())
  const headless = await run(Open, ['api'], tools(false))

  expect(opened).toEqual([])
  expect(printed.stdout).toBe('http://127.0.0.1:24180/api/\n')
  expect(headless.stdout).toBe('http://127.0.0.1:24180/api/\n')
  expect(headless.stderr).toContain('no browser')
})

test('exits 4 and says how to start what would show nothing', async () => {
  const {error, exitCode} = await run(Open, [], tools())

  expect(exitCode).toBe(4)
  expect(error).toMatchObject({hints: ['mitra up nginx', 'mitra logs nginx']})
})

test('exits 2 for a page that there is not', async () => {
  const {exitCode, json} = await run(Open, ['moon', '--json'], tools())

  expect(exitCode).toBe(2)
  expect(json).toMatchObject({error: {message: expect.stringContaining('moon')}})
})
