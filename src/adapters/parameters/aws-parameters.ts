import {GetParameterCommand, PutParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type {ParameterReference, Parameters} from '../../ports/parameters.js'
import {MitraError} from '../../errors.js'
import {Secret} from '../../ports/secrets.js'
import {isMissing, parameterFailure} from './failure.js'

export interface ParametersPlace {
  readonly region: string
  readonly profile: string | undefined
  /** Another address than AWS's own: a VPC endpoint, a test. */
  readonly endpoint: string | undefined
}

/** SSM Parameter Store and Secrets Manager. */
export class AwsParameters implements Parameters {
  readonly #ssm: SSMClient
  readonly #secrets: SecretsManagerClient

  constructor({region, profile, endpoint}: ParametersPlace) {
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
    const options = {
      region,
      maxAttempts: 3,
      requestHandler: {connectionTimeout: 5000, socketTimeout: 10_000},
      ...(profile === undefined ? {} : {profile}),
      ...(endpoint === undefined ? {} : {endpoint}),
    }
    this.#ssm = new SSMClient(options)
    this.#secrets = new SecretsManagerClient(options)
  }

  async read(reference: ParameterReference): Promise<Secret> {
    return translated(reference, async () => {
      if (reference.store === 'ssm') {
        const command = new GetParameterCommand({Name: reference.name, WithDecryption: true})
        return new Secret((await this.#ssm.send(command)).Parameter?.Value ?? '')
      }
      const text = await this.#secretText(reference.name)
      if (reference.key === undefined) return new Secret(text)
      const value = keysOf(text, reference)[reference.key]
      if (value === undefined) throw noKey(reference)
      return new Secret(typeof value === 'string' ? value : JSON.stringify(value))
    })
  }

  async write(reference: ParameterReference, value: Secret): Promise<void> {
    await translated(reference, async () => {
      if (reference.store === 'secretsmanager') return this.#writeSecret(reference, value)
      const command = new PutParameterCommand({
        Name: reference.name,
        Value: value.reveal(),
        Type: 'SecureString',
        Overwrite: true,
      })
      await this.#ssm.send(command)
    })
  }

  async locate(reference: ParameterReference): Promise<string> {
    return translated(reference, async () => {
      // A parameter of the same region is named as it is.
      if (reference.store === 'ssm') return reference.name
      const command = new DescribeSecretCommand({SecretId: reference.name})
      const {ARN: arn = reference.name} = await this.#secrets.send(command)
      return reference.key === undefined ? arn : `${arn}:${reference.key}::`
    })
  }

  async #secretText(name: string): Promise<string> {
    const command = new GetSecretValueCommand({SecretId: name})
    return (await this.#secrets.send(command)).SecretString ?? ''
  }

  async #writeSecret({name, key, store}: ParameterReference, value: Secret): Promise<void> {
    const before = await this.#secretText(name).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    const text =
      key === undefined
        ? value.reveal()
        : JSON.stringify({
            ...keysOf(before ?? '{}', {store, name, key}),
            [key]: value.reveal(),
          })
    await (before === undefined
      ? this.#secrets.send(new CreateSecretCommand({Name: name, SecretString: text}))
      : this.#secrets.send(new PutSecretValueCommand({SecretId: name, SecretString: text})))
  }
}

async function translated<T>(reference: ParameterReference, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw parameterFailure(reference, error)
  }
}

/** As they are: what is written back for the other keys must be what was there, numbers and objects too. */
function keysOf(text: string, {name}: ParameterReference): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return Object.fromEntries(Object.entries(parsed))
    }
  } catch {
    // Said below, without the text that it stumbled over.
  }
  throw new MitraError('failed', 'NOT_KEYS', `The secret ${name} is not a JSON object with keys.`, {
    hints: [`Refer to it as a whole: secretsmanager:${name}`],
  })
}

function noKey({name, key}: ParameterReference): MitraError {
  return new MitraError('failed', 'NO_PARAMETER', `The secret ${name} has no key ${key ?? ''}.`, {
    hints: ['mitra env set ENVIRONMENT NAME --stdin writes it.'],
  })
}
