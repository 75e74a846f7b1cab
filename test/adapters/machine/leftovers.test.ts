import {spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {findLeftovers} from '../../../src/adapters/machine/leftovers.js'
import {identityOf} from '../../../src/adapters/process-identity/identity.js'

let base = ''
const sleeper = spawn('sleep', ['60'])
const pid = sleeper.pid ?? 0

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'mitra-leftovers-'))
  mkdirSync(join(base, 'run'))
})

afterEach(() => {
  rmSync(base, {recursive: true, force: true})
})

function record(service: string, process: number, startTime: string): void {
  writeFileSync(join(base, 'run', `${service}.pid`), `${process} ${startTime}\n`)
}

test('a native service that runs beside the docker engine is named with its pid', async () => {
  record('redis', pid, identityOf(pid)?.startTime ?? '')

  expect(await findLeftovers(base, 'docker')).toEqual([{service: 'redis', pid}])
  expect(await findLeftovers(base, 'native')).toEqual([])
})

test('a pid that was given to another process since is no service of ours', async () => {
  record('postgres', pid, '1')

  expect(await findLeftovers(base, 'native')).toEqual([{service: 'postgres', pid: undefined}])
})

test('nothing recorded, nothing left', async () => {
  expect(await findLeftovers(base, 'docker')).toEqual([])
})

test('ends with its helper process', () => {
  expect(sleeper.kill()).toBe(true)
})
