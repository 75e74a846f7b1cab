import type {Config} from '../config/load.js'
import type {EnvironmentSchema} from '../ports/environments.js'
import type {Parameters} from '../ports/parameters.js'
import type {Tools} from './tools.js'

/** env.schema.yml of the workspace, or the one that `env init` would write. */
export async function openEnvironmentSchema(tools: Tools): Promise<EnvironmentSchema> {
  const {layout} = await tools.prospect()
  const file = `${layout.root}/env.schema.yml`
  const shipped = (await (await tools.templates()).read('environments')).get(
    'environments/env.schema.yml',
  )
  const text = (await (await tools.files()).read(file)) ?? shipped ?? ''
  const {readEnvironmentSchema} = await import('../config/environment-schema.js')
  return readEnvironmentSchema(file, text)
}

export async function openParameters({values}: Config): Promise<Parameters> {
  const {AwsParameters} = await import('../adapters/parameters/aws-parameters.js')
  return new AwsParameters({
    region: values['aws.region'],
    profile: values['aws.profile'] || undefined,
    endpoint: values['aws.endpoint'] || undefined,
  })
}
