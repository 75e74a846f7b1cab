import {expect, test} from 'vitest'
import {decidePorts, portsInForce} from '../../../src/features/stack/ports.js'
import {preferredPorts} from '../../../src/ports/workspace.js'

function socketsWith(taken: Readonly<Record<number, string>>) {
  return {
    isPortFree: async (port: number) => taken[port] === undefined,
    portHolder: async (port: number) => ({pid: 812, command: taken[port] ?? ''}),
  }
}

const redis = {name: 'redis', wanted: 6379, isChosen: false, isOurs: false} as const

test('a free port is taken as it is', async () => {
  expect(await decidePorts([redis], socketsWith({}))).toEqual([{name: 'redis', port: 6379}])
})

test('a taken port moves to the next free one and names its holder', async () => {
  const decisions = await decidePorts([redis], socketsWith({6379: 'redis-server', 6380: 'other'}))

  expect(decisions).toEqual([
    {
      name: 'redis',
      port: 6381,
      insteadOf: {port: 6379, holder: {pid: 812, command: 'redis-server'}},
    },
  ])
})

test('a port that a person chose is never replaced', async () => {
  const decide = decidePorts([{...redis, isChosen: true}], socketsWith({6379: 'redis-server'}))

  await expect(decide).rejects.toThrow(
    'Port 6379, chosen for redis, is taken by redis-server (pid 812).',
  )
})

test('a port that our own service holds stays', async () => {
  const decisions = await decidePorts([{...redis, isOurs: true}], socketsWith({6379: 'ours'}))

  expect(decisions).toEqual([{name: 'redis', port: 6379}])
})

test('two services are not given the same port', async () => {
  const wishes = [redis, {...redis, name: 'nginx'}] as const

  const decisions = await decidePorts(wishes, socketsWith({}))

  expect(decisions.map((decision) => decision.port)).toEqual([6379, 6380])
})

test('what was given out before is kept, unless a person has chosen since', () => {
  const remembered = {redis: 6400, nginx: 8090}

  const ports = portsInForce(
    {...preferredPorts, nginx: 8181},
    (name) => name === 'nginx',
    remembered,
  )

  expect(ports).toMatchObject({redis: 6400, nginx: 8181, postgres: 5432})
})
