import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {acquireLock, type LockHolder} from '../../../src/adapters/journal/lock.js'
import {ownIdentity} from '../../../src/adapters/process-identity/identity.js'
import {startScript} from './children.js'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-lock-'))
})

afterEach(() => {
  rmSync(folder, {recursive: true, force: true})
})

const wish = {purpose: 'a test', waitMs: 0}

test('keeps a second one out until the first lets go', async () => {
  const first = await acquireLock(folder, 'writer', wish)

  await expect(acquireLock(folder, 'writer', wish)).rejects.toMatchObject({
    kind: 'locked',
    code: 'LOCKED',
    message: expect.stringContaining(`a test (pid ${process.pid}, since `),
  })
  await first.release()
  await (await acquireLock(folder, 'writer', wish)).release()
})

test('locks of other names do not stand in the way', async () => {
  const first = await acquireLock(folder, 'writer', wish)

  for (const name of ['writer.2', 'w', 'rwriter', 'write']) {
    await expect(acquireLock(folder, name, wish)).resolves.toBeDefined()
  }
  await first.release()
})

test('says once whom it waits for, and only when it takes a while', async () => {
  const said: LockHolder[] = []
  const onWait = (holder: LockHolder) => void said.push(holder)
  const first = await acquireLock(folder, 'writer', {...wish, purpose: 'up'})

  const brief = acquireLock(folder, 'writer', {purpose: 'brief', waitMs: 5000, onWait})
  await sleep(100)
  await first.release()
  const second = await brief
  const saidAfterBrief = said.length
  const long = acquireLock(folder, 'writer', {purpose: 'long', waitMs: 5000, onWait})
  await sleep(600)
  await second.release()
  await (await long).release()

  expect(saidAfterBrief).toBe(0)
  expect(said.map(({purpose, pid}) => ({purpose, pid}))).toEqual([
    {purpose: 'brief', pid: process.pid},
  ])
})

test('leaves one small file and no temporary ones', async () => {
  for (let round = 0; round < 5; round += 1) {
    await (await acquireLock(folder, 'writer', wish)).release()
  }

  expect(readdirSync(folder)).toEqual(['writer.5.lock'])
})

test('lets go once: a second release does not free the lock of the next holder', async () => {
  const first = await acquireLock(folder, 'writer', wish)
  await first.release()
  const second = await acquireLock(folder, 'writer', wish)
  await first.release()

  await expect(acquireLock(folder, 'writer', wish)).rejects.toMatchObject({code: 'LOCKED'})
  await second.release()
})

const strangers = {
  'a process that is gone': {...ownIdentity(), pid: 2 ** 22 - 1},
  'another process under the same pid': {...ownIdentity(), startTime: '1'},
  'a process from before the last boot': {...ownIdentity(), bootId: 'another'},
}

test.each(Object.entries(strangers))('takes over from %s', async (_, holder) => {
  writeFileSync(
    join(folder, 'writer.7.lock'),
    JSON.stringify({...holder, purpose: 'gone', at: '2026-01-01T00:00:00Z'}),
  )

  const lock = await acquireLock(folder, 'writer', wish)

  expect(readdirSync(folder)).toEqual(['writer.8.lock'])
  await lock.release()
})

// A power cut may leave the name without the content: files of locks are not fsynced.
test.each(['', '{"pid": 1', '\0\0\0\0', 'null', '[]'])(
  'takes over from a file with %j',
  async (text) => {
    writeFileSync(join(folder, 'writer.1.lock'), text)

    await acquireLock(folder, 'writer', wish)

    expect(readdirSync(folder)).toEqual(['writer.2.lock'])
  },
)

test('sweeps what a killed process left half made', async () => {
  writeFileSync(join(folder, `writer.3.lock.${2 ** 22 - 1}.abcdef`), '{}')
  writeFileSync(join(folder, `writer.3.lock.${process.pid}.abcdef`), '{}')

  await (await acquireLock(folder, 'writer', wish)).release()

  expect(readdirSync(folder).toSorted()).toEqual([
    'writer.1.lock',
    `writer.3.lock.${process.pid}.abcdef`,
  ])
})

test('is freed by SIGKILL at the next look, and not by SIGSTOP', async () => {
  const {child, ended} = startScript('hold-lock.ts', [folder])
  await isHeld()
  child.kill('SIGSTOP')
  await expect(
    acquireLock(folder, 'writer', {purpose: 'too early', waitMs: 400}),
  ).rejects.toMatchObject({code: 'LOCKED'})
  const waiting = acquireLock(folder, 'writer', {purpose: 'next', waitMs: 10_000})

  const killedAt = performance.now()
  child.kill('SIGKILL')
  const lock = await waiting
  const tookMs = performance.now() - killedAt

  expect(tookMs).toBeLessThan(1000)
  await lock.release()
  await ended
})

async function isHeld(): Promise<void> {
  while (!readdirSync(folder).some((name) => name.endsWith('.lock'))) await sleep(20)
}

test('never two holders and no deadlock: 40 processes, some of them killed at any moment', async () => {
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'trace'), '')
  const rounds = 12
  const children = Array.from({length: 40}, (_, index) =>
    startScript('contend.ts', [folder, String(rounds), index % 4 === 0 ? '0.15' : '0']),
  )
  // Every fourth may kill itself as a holder; every fourth, another one, is killed from outside.
  const victims = children.filter((_, index) => index % 4 === 1)
  await isHeld()
  for (const {child} of victims) {
    await sleep(Math.random() * 400)
    child.kill('SIGKILL')
  }
  const ends = await Promise.all(children.map(({ended}) => ended))

  const trace = readFileSync(join(folder, 'trace'), 'utf8')
  const starts = trace.match(/^start/gm)?.length ?? 0
  const unharmed = ends.filter((_, index) => index % 4 > 1)
  expect(trace).not.toContain('violation')
  expect(unharmed.map(({code, stderr}) => [code, stderr])).toEqual(unharmed.map(() => [0, '']))
  expect(ends.filter(({signal}) => signal === 'SIGKILL').length).toBeGreaterThan(3)
  expect(ends.flatMap(({signal, stderr}) => (signal === undefined ? [stderr] : []))).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/./)]),
  )
  expect(starts).toBeGreaterThanOrEqual(unharmed.length * rounds)
  expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toHaveLength(1)
}, 120_000)
