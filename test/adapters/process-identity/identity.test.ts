import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {afterEach, expect, test} from 'vitest'
import {
  identityOf,
  isAlive,
  isSameProcess,
  ownIdentity,
} from '../../../src/adapters/process-identity/identity.js'

const started: ReturnType<typeof spawn>[] = []

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

function sleeper(): number {
  const child = spawn('sleep', ['60'], {stdio: 'ignore'})
  started.push(child)
  return child.pid ?? 0
}

const identityNow = (pid: number) => identityOf(pid) ?? {...ownIdentity(), pid: 0}

test('knows itself again', () => {
  const own = ownIdentity()

  expect(own).toMatchObject({pid: process.pid, startTime: expect.stringMatching(/./)})
  expect(identityOf(process.pid)).toEqual(own)
  expect(isSameProcess(own)).toBe(true)
})

test('knows a process until it ends', async () => {
  const pid = sleeper()
  const identity = identityNow(pid)
  const whileRunning = isSameProcess(identity)

  started[0]?.kill('SIGKILL')
  await once(started[0] ?? process, 'exit')

  expect(whileRunning).toBe(true)
  expect(isSameProcess(identity)).toBe(false)
  expect(identityOf(pid)).toBeUndefined()
})

test('a stopped process is still there', () => {
  const pid = sleeper()
  const identity = identityNow(pid)
  process.kill(pid, 'SIGSTOP')

  expect(isSameProcess(identity)).toBe(true)
})

test('another process under the same pid, and one from before the boot, are others', () => {
  const identity = identityNow(sleeper())

  expect(isSameProcess({...identity, startTime: `${identity.startTime}1`})).toBe(false)
  expect(isSameProcess({...identity, bootId: 'another'})).toBe(false)
})

test.each([0, -1, 1.5, Number.NaN])('%d is no live process', (pid) => {
  expect(isAlive(pid)).toBe(false)
})

test('pid 1 is alive, whoever owns it', () => {
  expect(isAlive(1)).toBe(true)
})

test.runIf(process.platform === 'linux')('a zombie is dead', async () => {
  // The shell never asks how its child ended, since it has become a sleep.
  const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  started.push(shell)
  const [line] = await once(shell.stdout, 'data')
  const pid = Number(String(line))
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')

  expect(isAlive(pid)).toBe(false)
})

test.runIf(process.platform === 'linux')('a name with brackets and spaces does not mislead', () => {
  const script =
    'require("fs").writeFileSync("/proc/self/comm", "a) Z 1 (b"); setTimeout(() => {}, 6e4); console.log("ready")'
  const child = spawn(process.execPath, ['-e', script], {stdio: ['ignore', 'pipe', 'ignore']})
  started.push(child)

  return once(child.stdout, 'data').then(() => {
    const identity = identityNow(child.pid ?? 0)
    expect(readFileSync(`/proc/${child.pid}/stat`, 'utf8')).toContain('(a) Z 1 (b)')
    expect(identity.startTime).toMatch(/^\d+$/)
    expect(isSameProcess(identity)).toBe(true)
  })
})
