import {Args} from '@oclif/core'
import {MitraError} from '../errors.js'
import {environmentNames, type EnvironmentName} from '../ports/environments.js'
import type {LocalPlaces} from '../features/environments/local.js'
import type {Ports} from '../ports/workspace.js'
import type {Tools} from './tools.js'

export const environmentArgument = Args.option({
  options: environmentNames,
  ignoreStdin: true,
  description: 'local, staging or production.',
})

/** A file of an environment as it is now, with what the features ask of it. */
export async function foundEnvironment(tools: Tools, environment: EnvironmentName) {
  const {layout} = await tools.workspace()
  const file = `.env.${environment}`
  const path = `${layout.root}/${file}`
  const [text, permissions, git] = await Promise.all([
    (await tools.files()).read(path),
    (await tools.machine()).permissions(path),
    (await tools.git()).fileState(path),
  ])
  return {environment, file, path, text, mode: permissions?.mode, git}
}

/** What the local stack is reached by, on the ports given or in force; passwords are made where there are none yet. */
export async function localPlaces(tools: Tools, decided?: Ports): Promise<LocalPlaces> {
  const {layout, config} = await tools.prospect()
  const [ports, secrets] = [decided ?? (await tools.ports()), await tools.secrets()]
  const secret = async (name: string) => (await secrets.ensure(name)).reveal()
  return new Map<string, string>([
    ['workspace', layout.root],
    ['postgres.host', '127.0.0.1'],
    ['postgres.port', String(ports.postgres)],
    ['postgres.database', config.values['database.name']],
    ['redis.host', '127.0.0.1'],
    ['redis.port', String(ports.redis)],
    ['redis.password', await secret('redis')],
    ['objectStore.host', '127.0.0.1'],
    ['objectStore.port', String(ports.objectStore)],
    ['objectStore.bucket', config.values['objectStore.bucket']],
    ['objectStore.accessKey', await secret('objectStore.accessKey')],
    ['objectStore.secretKey', await secret('objectStore.secretKey')],
    ['nginx.port', String(ports.nginx)],
    ['backend.port', String(ports.backend)],
  ])
}

/** The same for a file that has to be there. */
export async function requiredEnvironment(tools: Tools, environment: EnvironmentName) {
  const found = await foundEnvironment(tools, environment)
  if (found.text !== undefined) return {...found, text: found.text}
  throw new MitraError('config', 'NO_ENVIRONMENT', `There is no .env.${environment}.`, {
    hints: [`mitra env init ${environment}`],
  })
}
