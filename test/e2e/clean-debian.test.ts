import {rm} from 'node:fs/promises'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'
import {canMakeMachines, CleanMachine, makeDebian} from '../support/clean-machine.js'
import {checkedJson} from '../support/run.js'
import {portsOf} from '../support/workspace.js'

interface Result {
  readonly applied: boolean
  readonly plan: readonly {readonly id: string}[]
  readonly services: readonly {readonly name: string; readonly state: string}[]
  readonly tenants: readonly string[]
  readonly urls: Readonly<Record<string, string>>
}

/** Not compared: logs, caches, what undo names as staying, and copies that account tools keep. */
const left = [
  '/proc',
  '/dev',
  '/run',
  '/tmp',
  '/var/log',
  '/var/cache',
  // Compared by dpkg-query; lists of what can be had are a cache.
  '/var/lib/dpkg',
  '/var/lib/apt',
  '/etc/passwd-',
  '/etc/group-',
  '/etc/shadow-',
  '/etc/gshadow-',
  // Data of the services and the programs got for them, and what pip keeps.
  '/var/lib/mitra',
  '/home/*/.cache',
  '/root/.cache',
  // The journal, which undo itself is recorded in.
  '*/work/.mitra',
]

const profile = ['setup', '--profile', 'backend']

describe.runIf(canMakeMachines)('a clean Debian', () => {
  let debian = ''
  const machines: CleanMachine[] = []
  const open = async (options = {}) => {
    const machine = await CleanMachine.open(debian, options)
    machines.push(machine)
    return machine
  }

  beforeAll(async () => {
    debian = await makeDebian()
  }, 300_000)

  afterEach(async () => {
    for (const machine of machines.splice(0)) await machine.close()
  })

  afterAll(async () => {
    await rm(debian, {recursive: true, force: true})
  })

  test.each(['root', 'asha'] as const)(
    'is set up by %s, has nothing to do a second time, and is taken back',
    async (user) => {
      const machine = await open()
      const cwd = user === 'root' ? '/srv/work' : '/home/asha/work'
      await machine.shell(`mkdir ${cwd}; chown ${user}:${user} ${cwd}`)
      const ports = portsOf(user === 'root' ? 28_100 : 28_110)
      const as = {user, cwd, env: {MITRA_ENGINE: 'native', ...ports}}
      const [packages, files] = [await machine.packages(), await machine.files(left)]

      const done = await machine.mitra([...profile, '--yes', '--json'], as)
      expect([done.code, done.code === 0 ? '' : done.stderr]).toEqual([0, ''])
      const first = checkedJson(done.stdout, 'setup') as Result
      expect(first.services.filter(({state}) => state !== 'healthy')).toEqual([])
      expect(first.services.map(({name}) => name)).toContain('backend')
      expect(first.tenants.length).toBeGreaterThanOrEqual(3)
      expect((await fetch(`${first.urls['nginx']}/api/health`)).status).toBe(200)

      const startedMs = performance.now()
      const second = await machine.json<Result>([...profile, '--yes'], as)
      const tookMs = performance.now() - startedMs
      expect([second.applied, second.plan]).toEqual([false, []])
      expect(tookMs).toBeLessThan(10_000)

      const undone = await machine.mitra(['setup', '--undo', '--yes'], as)
      expect([undone.code, undone.code === 0 ? '' : undone.stderr]).toEqual([0, ''])
      expect(await machine.packages()).toEqual(packages)
      expect(await machine.files(left)).toEqual(files)
    },
    400_000,
  )
})
