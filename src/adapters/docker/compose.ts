import {fileURLToPath} from 'node:url'
import {MitraError} from '../../errors.js'
import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {allowedEnvironment} from '../process/run.js'
import {composeVariables, createArguments, projectName} from './arguments.js'
import {answeringEndpoint} from './endpoint.js'
import type {DockerFiles} from './files.js'
import type {ProxyNetwork} from './proxy-target.js'

interface Creation {
  readonly settings: StackSettings
  readonly files: DockerFiles
  readonly network: ProxyNetwork
  readonly services: readonly ServiceName[]
}

/** Makes what is missing or has changed and leaves the rest. */
export async function composeCreate({settings, files, network, services}: Creation): Promise<void> {
  const [{execa}, endpoint, fingerprints] = await Promise.all([
    import('execa'),
    answeringEndpoint(),
    files.fingerprints(),
  ])
  const argv = createArguments({
    project: projectName(settings),
    files: composeFiles(network),
    services,
  })
  const result = await execa('docker', [...argv], {
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: {
      ...allowedEnvironment(),
      ...composeVariables(settings, files, fingerprints),
      ...(endpoint === undefined ? {} : {DOCKER_HOST: endpoint}),
    },
    timeout: 300_000,
  })
  if (result.exitCode === 0) return
  throw composeFailed(result.stderr)
}

/** The compose files for the proxy's network, in order. */
export function composeFiles(network: ProxyNetwork): readonly string[] {
  const names = network === 'host' ? ['compose.yaml', 'host-network.yaml'] : ['compose.yaml']
  return names.map((name) => fileURLToPath(new URL(`../../../compose/${name}`, import.meta.url)))
}

function composeFailed(stderr: string): MitraError {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.findLast((line) => line !== '') ?? 'it said nothing'
  if (/Cannot connect to the Docker daemon|error during connect/i.test(stderr)) {
    return new MitraError('notReady', 'ENGINE_DOWN', `Docker does not answer: ${said}.`, {
      hints: ['Start Docker and run the command again; the data are in its volumes.'],
    })
  }
  return new MitraError('notReady', 'COMPOSE_FAILED', `docker compose failed: ${said}.`, {
    hints: ['mitra doctor looks for the cause.', 'Run the command again; it goes on.'],
  })
}
