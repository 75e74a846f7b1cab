import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Generation, ServiceName, Stack} from '../../src/ports/stack.js'
import {serviceNames} from '../../src/ports/stack.js'

/** One stack on a workspace of its own, and what the world may do to it. */
export interface StackUnderTest {
  /** As another process would open it; generation 1 unless told. */
  open(generation?: Generation): Stack
  /** Ends a service from outside, by SIGKILL. */
  kill(service: ServiceName): Promise<void>
  /** Makes a start of the service fail until the returned function is called: its port is taken. */
  obstruct(service: ServiceName): Promise<() => Promise<void>>
  /** What must not be seen in a URL. */
  passwords(): Promise<readonly string[]>
  /** Stops all and leaves nothing on the machine. */
  close(): Promise<void>
}

const nobodyWaits = async () => undefined

/** What the comments of `src/ports/stack.ts` promise; every stack, fake or real, holds it. */
export function stackContract(name: string, openWorld: () => Promise<StackUnderTest>): void {
  describe(`${name} keeps the promises of a stack`, {timeout: 90_000}, () => {
    let world: StackUnderTest
    let stack: Stack

    beforeAll(async () => {
      world = await openWorld()
      stack = world.open()
      await stack.prepare(serviceNames, () => undefined)
    }, 600_000)

    afterAll(async () => {
      await world.close()
    })

    async function statesNow(of: Stack = stack) {
      const states = await of.states()
      return Object.fromEntries([...states].map(([service, {state}]) => [service, state]))
    }

    const all = (state: string) =>
      Object.fromEntries(serviceNames.map((service) => [service, state]))

    test('says that what was prepared is ready, and where it comes from', async () => {
      const prepared = await stack.prepared(serviceNames)

      expect(prepared.map(({service, state}) => [service, state])).toEqual(
        serviceNames.map((service) => [service, 'ready']),
      )
      expect(prepared.every(({source}) => source.length > 0)).toBe(true)
    })

    test('has every service stopped and no data before the first start', async () => {
      const fresh = world.open(9)
      await stack.down(serviceNames)

      expect(await statesNow(fresh)).toEqual(all('stopped'))
      expect(await fresh.hasData('postgres')).toBe(false)
      expect((await fresh.states()).get('redis')).toMatchObject({
        failure: undefined,
        memoryBytes: undefined,
      })
    })

    test('starts all side by side and calls once for each that answers', async () => {
      await stack.down(serviceNames)
      const healthy: ServiceName[] = []

      await stack.up(serviceNames, async (service) => void healthy.push(service))

      expect(healthy.toSorted()).toEqual(serviceNames.toSorted())
      expect(await statesNow()).toEqual(all('healthy'))
      expect(await stack.hasData('postgres')).toBe(true)
    })

    test('calls for what already runs, and leaves it running', async () => {
      await stack.up(serviceNames, nobodyWaits)
      const healthy: ServiceName[] = []

      await stack.up(['redis'], async (service) => void healthy.push(service))

      expect(healthy).toEqual(['redis'])
      expect(await statesNow()).toEqual(all('healthy'))
    })

    test('states kind, version, memory, port and a URL without password', async () => {
      await stack.up(serviceNames, nobodyWaits)
      const passwords = await world.passwords()

      const statuses = [...(await stack.states()).values()]

      for (const {kind, version, memoryBytes, port, url} of statuses) {
        expect(kind).not.toBe('')
        expect(version).toMatch(/^\d/)
        expect(memoryBytes).toBeGreaterThan(100_000)
        expect(url).toContain(`:${port}`)
        expect(passwords.filter((password) => url.includes(password))).toEqual([])
      }
    })

    test('is seen the same by whoever opens it', async () => {
      await stack.up(serviceNames, nobodyWaits)

      expect(await statesNow(world.open())).toEqual(all('healthy'))
    })

    test('stops one and leaves the others, stops what is stopped, keeps the data', async () => {
      await stack.up(serviceNames, nobodyWaits)

      await stack.down(['redis'])
      await stack.down(['redis'])

      expect(await statesNow()).toEqual({...all('healthy'), redis: 'stopped'})
      await stack.down(serviceNames)
      expect(await statesNow()).toEqual(all('stopped'))
      expect(await stack.hasData('postgres')).toBe(true)
    })

    test.each(serviceNames)(
      'shows %s as failed with a cause within a second of its end; the next up heals it',
      async (service) => {
        await stack.up(serviceNames, nobodyWaits)

        await world.kill(service)

        await expect
          .poll(async () => (await stack.states()).get(service)?.state, {timeout: 1000})
          .toBe('failed')
        expect((await stack.states()).get(service)?.failure?.cause).not.toBe('')
        expect(await statesNow()).toEqual({...all('healthy'), [service]: 'failed'})
        await stack.up(serviceNames, nobodyWaits)
        expect(await statesNow()).toEqual(all('healthy'))
      },
    )

    test('reports a service that cannot start, leaves the others up and goes on afterwards', async () => {
      await stack.down(serviceNames)
      const giveWay = await world.obstruct('redis')
      const healthy: ServiceName[] = []

      const starting = stack.up(serviceNames, async (service) => void healthy.push(service))

      await expect(starting).rejects.toMatchObject({
        kind: 'notReady',
        code: 'SERVICE_FAILED',
        message: expect.stringContaining('redis'),
      })
      expect(healthy.toSorted()).toEqual(['nginx', 'object-store', 'postgres'])
      expect((await stack.states()).get('redis')?.state).not.toBe('healthy')
      await giveWay()
      await stack.up(serviceNames, nobodyWaits)
      expect(await statesNow()).toEqual(all('healthy'))
    })

    test('takes two starts at once as one', async () => {
      await stack.down(serviceNames)

      await Promise.all([
        stack.up(serviceNames, nobodyWaits),
        world.open().up(serviceNames, nobodyWaits),
      ])

      expect(await statesNow()).toEqual(all('healthy'))
    })

    test('keeps the log of a stopped service, and tails it', async () => {
      await stack.up(serviceNames, nobodyWaits)
      await stack.down(['postgres'])

      const lines = await gathered(stack.logs(['postgres'], {tail: 5, follow: false}))

      expect(lines.length).toBeGreaterThan(0)
      expect(lines.length).toBeLessThanOrEqual(5)
      expect(lines.every(({service, text}) => service === 'postgres' && text !== '')).toBe(true)
    })

    test('follows logs until it is told to end', async () => {
      const ending = new AbortController()
      const options = {tail: 0, follow: true, signal: ending.signal}
      await stack.down(['postgres'])
      const following = (async () => {
        for await (const {service} of stack.logs(['postgres'], options)) return service
        return undefined
      })()

      await stack.up(['postgres'], nobodyWaits)

      expect(await following).toBe('postgres')
      ending.abort()
      expect(await gathered(stack.logs(['postgres'], options))).toEqual([])
    })

    test('reloads the proxy while it runs, and does nothing when it is stopped', async () => {
      await stack.up(serviceNames, nobodyWaits)
      await stack.reloadProxy()
      expect(await statesNow()).toEqual(all('healthy'))

      await stack.down(['nginx'])
      await stack.reloadProxy()

      expect((await stack.states()).get('nginx')?.state).toBe('stopped')
    })

    test('keeps one set of data beside the other, and deletes only what is not in use', async () => {
      await stack.up(serviceNames, nobodyWaits)
      await stack.down(serviceNames)
      const second = world.open(2)
      await second.up(serviceNames, nobodyWaits)

      const trashed = await second.trashed()

      expect(trashed.map(({generation}) => generation)).toEqual([1])
      expect(trashed[0]?.bytes).toBeGreaterThan(0)
      await expect(second.purge(2)).rejects.toMatchObject({kind: 'refused'})
      await second.down(serviceNames)
      await stack.purge(2)
      expect(await stack.trashed()).toEqual([])
      expect(await stack.hasData('postgres')).toBe(true)
      expect(await world.open(2).hasData('postgres')).toBe(false)
    })
  })
}

async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
