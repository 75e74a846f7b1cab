import {CreateBucketCommand, HeadBucketCommand, S3Client} from '@aws-sdk/client-s3'
import {messageOf, MitraError} from '../../errors.js'
import type {ObjectStore} from '../../ports/object-store.js'
import type {Secrets} from '../../ports/secrets.js'

/** The S3 server on loopback, whichever program it is. */
export class S3ObjectStore implements ObjectStore {
  readonly #port: number
  readonly #secrets: Secrets

  constructor({port, secrets}: {readonly port: number; readonly secrets: Secrets}) {
    this.#port = port
    this.#secrets = secrets
  }

  async hasBucket(name: string): Promise<boolean> {
    return this.#send(async (client) => {
      try {
        await client.send(new HeadBucketCommand({Bucket: name}))
        return true
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFound') return false
        throw error
      }
    })
  }

  async createBucket(name: string): Promise<void> {
    await this.#send(async (client) => {
      try {
        await client.send(new CreateBucketCommand({Bucket: name}))
      } catch (error) {
        if (!(error instanceof Error && error.name === 'BucketAlreadyOwnedByYou')) throw error
      }
    })
  }

  async #send<T>(act: (client: S3Client) => Promise<T>): Promise<T> {
    const accessKey = await this.#secrets.ensure('objectStore.accessKey')
    const secretKey = await this.#secrets.ensure('objectStore.secretKey')
    // The pinned version runs on Node 20; what later ones will need is no news to the user.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${this.#port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {accessKeyId: accessKey.reveal(), secretAccessKey: secretKey.reveal()},
    })
    try {
      return await act(client)
    } catch (error) {
      const message = `The object store on port ${this.#port} refused: ${messageOf(error)}.`
      throw new MitraError('failed', 'OBJECT_STORE', message, {
        hints: ['mitra logs object-store', 'mitra status'],
        cause: error,
      })
    } finally {
      client.destroy()
    }
  }
}
