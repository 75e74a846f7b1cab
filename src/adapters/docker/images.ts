import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {messageOf, MitraError} from '../../errors.js'
import type {Prepared, ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {writeAtomic} from '../files/write-atomic.js'
import {statusOf, type DockerEngine} from './engine.js'

export interface FoundImage {
  readonly id: string
  readonly environment: ReadonlyMap<string, string>
  readonly labels: ReadonlyMap<string, string>
  /** What a registry calls it; undefined for an image that was built or loaded here. */
  readonly digest: string | undefined
}

/**
 * The images of the stack. What was pulled once is pinned by digest in `mitra.lock.json` beside
 * mitra.yml, and that very image is used from then on; one that was built here has no digest.
 */
export class DockerImages {
  readonly #settings: StackSettings
  readonly #engine: DockerEngine
  readonly #lockFile: string

  constructor(settings: StackSettings, engine: DockerEngine) {
    this.#settings = settings
    this.#engine = engine
    this.#lockFile = join(settings.layout.root, 'mitra.lock.json')
  }

  /** The name that the engine is asked for: with the digest where one is pinned. */
  pinned(service: ServiceName): string {
    const name = this.#settings.images[service]
    const digest = this.#lock().get(name)
    return digest === undefined ? name : `${repositoryOf(name)}@${digest}`
  }

  async find(name: string): Promise<FoundImage | undefined> {
    const client = await this.#engine.client()
    try {
      const {Id: id, Config, RepoDigests} = await client.getImage(name).inspect()
      const environment = new Map(Config.Env?.map(nameAndValue))
      const labels = new Map(Object.entries(Config.Labels ?? {}))
      const found = RepoDigests?.find((one) => one.startsWith(`${repositoryOf(name)}@`))
      return {id, environment, labels, digest: found?.split('@')[1]}
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  async prepared(service: ServiceName): Promise<Prepared> {
    const name = this.pinned(service)
    const found = await this.find(name)
    const state = found === undefined ? 'missing' : 'ready'
    return {service, state, source: sourceText(name, found), hints: []}
  }

  async prepare(service: ServiceName, onProgress: (note: string) => void): Promise<Prepared> {
    const name = this.pinned(service)
    try {
      if ((await this.find(name)) === undefined) {
        onProgress(`pulls ${name}`)
        await this.#pull(name, onProgress)
      }
      const found = await this.find(name)
      return {service, state: 'ready', source: sourceText(name, found), hints: []}
    } catch (error) {
      if (error instanceof MitraError) throw error
      return {service, state: 'missing', source: cannotPull(name, error), hints: pullHints(service)}
    }
  }

  /** Pins what a registry has given; all services together, so that one write holds all. */
  async pinFound(services: readonly ServiceName[]): Promise<void> {
    const lock = new Map(this.#lock())
    const before = lock.size
    for (const service of services) {
      const name = this.#settings.images[service]
      const digest = lock.has(name) ? undefined : (await this.find(name))?.digest
      if (digest !== undefined) lock.set(name, digest)
    }
    if (lock.size === before) return
    const inOrder = [...lock].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const images = Object.fromEntries(inOrder)
    await writeAtomic(this.#lockFile, `${JSON.stringify({images}, undefined, 2)}\n`)
  }

  async #pull(name: string, onProgress: (note: string) => void): Promise<void> {
    const client = await this.#engine.client()
    const stream = await client.pull(name)
    await new Promise<void>((resolve, reject) => {
      const finished = (error: Error | null) => (error === null ? resolve() : reject(error))
      client.modem.followProgress(
        stream,
        finished,
        ({status = '', progress = ''}: {status?: string; progress?: string}) => {
          if (progress !== '') onProgress(`${name}: ${status} ${progress}`)
        },
      )
    })
  }

  #lock(): ReadonlyMap<string, string> {
    if (!existsSync(this.#lockFile)) return new Map()
    try {
      const {images}: {images?: unknown} = JSON.parse(readFileSync(this.#lockFile, 'utf8'))
      const digests = Object.entries(images ?? {}).map(([name, digest]) => {
        if (!/^sha256:[0-9a-f]{64}$/.test(String(digest))) throw new Error(`no digest for ${name}`)
        return [name, String(digest)] as const
      })
      return new Map(digests)
    } catch (cause) {
      const message = `${this.#lockFile} cannot be read: ${messageOf(cause)}.`
      const hints = ['Put it back from git, or remove it: the next pull writes it anew.']
      throw new MitraError('config', 'LOCK_FILE', message, {hints, cause})
    }
  }
}

/** `quay.io/minio/minio:RELEASE.x` without its tag; a port is not a tag. */
export function repositoryOf(name: string): string {
  return name.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}

function sourceText(name: string, found: FoundImage | undefined): string {
  const note = found !== undefined && found.digest === undefined ? ' (built here, no digest)' : ''
  return `image ${name}${note}`
}

function nameAndValue(entry: string): readonly [string, string] {
  const at = entry.indexOf('=')
  return [entry.slice(0, at), entry.slice(at + 1)]
}

function cannotPull(name: string, error: unknown): string {
  return `image ${name} was not pulled: ${messageOf(error).replace(/^\(HTTP code \d+\) /, '')}`
}

function pullHints(service: ServiceName): readonly string[] {
  const key = service === 'object-store' ? 'objectStore' : service
  return [
    `Name an image that this machine can pull: images.${key} in mitra.yml.`,
    'Or bring it as a file: docker save on another machine, docker load here.',
    'Or do without containers: mitra up --engine native.',
  ]
}
