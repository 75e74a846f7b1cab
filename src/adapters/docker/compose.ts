import {fileURLToPath} from 'node:url'
import {MitraError} from '../../errors.js'
import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {composeVariables, stopArguments, upArguments} from './arguments.js'
import {answeringEndpoint} from './endpoint.js'
import type {DockerFiles} from './files.js'

const file = fileURLToPath(new URL('../../../compose/compose.yaml', import.meta.url))

export async function composeUp(
  settings: StackSettings,
  files: DockerFiles,
  services: readonly ServiceName[],
): Promise<void> {
  await compose(upArguments(file, services), settings, files)
}

export async function composeStop(
  settings: StackSettings,
  files: DockerFiles,
  services: readonly ServiceName[],
): Promise<void> {
  await compose(stopArguments(file, services), settings, files)
}

async function compose(
  argv: readonly string[],
  settings: StackSettings,
  files: DockerFiles,
): Promise<void> {
  const {execa} = await import('execa')
  const endpoint = await answeringEndpoint()
  const result = await execa('docker', [...argv], {
    reject: false,
    stdin: 'ignore',
    env: {
      ...composeVariables(settings, files),
      ...(endpoint === undefined ? {} : {DOCKER_HOST: endpoint}),
    },
    timeout: 300_000,
  })
  if (result.exitCode === 0) return
  const lines = `${result.stderr}`.split('\n').map((line) => line.trim())
  const said = lines.findLast((line) => line !== '') ?? 'it said nothing'
  throw new MitraError(
    'notReady',
    'COMPOSE_FAILED',
    `docker ${argv[0]} ${argv[3]} failed: ${said}.`,
    {
      hints: ['mitra doctor looks for the cause.', 'Run the command again; it goes on.'],
    },
  )
}
