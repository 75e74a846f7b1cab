import {requirement} from './requirements.js'

interface EngineUnderTest {
  readonly name: 'docker' | 'native'
  readonly env: Readonly<Record<string, string>>
}

// Ports far from the usual ones: whoever runs the tests may have a stack of their own.
function portsFrom(first: number): Readonly<Record<string, string>> {
  const names = ['NGINX', 'POSTGRES', 'REDIS', 'OBJECT_STORE', 'OBJECT_STORE_CONSOLE', 'BACKEND']
  return Object.fromEntries(names.map((name, index) => [`MITRA_PORTS_${name}`, `${first + index}`]))
}

const isDockerThere = await requirement('a docker engine with the compose plugin', async () => {
  const {findEngine} = await import('../../src/adapters/docker/endpoint.js')
  return 'endpoint' in (await findEngine())
})

/** Native always; docker where an engine answers (in CI it must). */
export const enginesToTest: readonly EngineUnderTest[] = [
  {name: 'native', env: portsFrom(25_100)},
  ...(isDockerThere ? [{name: 'docker' as const, env: portsFrom(25_200)}] : []),
]
