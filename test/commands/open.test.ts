import {afterEach, beforeEach, expect, test} from 'vitest'
import type {Tools} from '../../src/cli/tools.js'
import Open from '../../src/commands/open.js'
import {Patient} from '../support/patient.js'
import {run} from '../support/run.js'

let patient: Patient
let opened: string[] = []

beforeEach(() => {
  patient = new Patient()
  patient.makeWorkspace()
  opened = []
})

afterEach(() => {
  patient.leave()
})

function tools(hasBrowser = true): Tools {
  return patient.tools({
    browser: async () => ({
      async open(url) {
        if (hasBrowser) opened.push(url)
        return hasBrowser
      },
    }),
  })
}

test('opens the reverse proxy on the port in force', async () => {
  patient.services.running.add('nginx')

  const {json} = await run(Open, ['--json'], tools())

  expect(opened).toEqual(['http://127.0.0.1:24181/'])
  expect(json).toEqual({page: 'platform', url: 'http://127.0.0.1:24181/', opened: true})
})

test('only prints with --print, and where there is no browser', async () => {
  patient.services.running.add('nginx')

  const printed = await run(Open, ['api', '--print'], tools())
  const headless = await run(Open, ['api'], tools(false))

  expect(opened).toEqual([])
  expect(printed.stdout).toBe('http://127.0.0.1:24181/api/\n')
  expect(headless.stdout).toBe('http://127.0.0.1:24181/api/\n')
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
