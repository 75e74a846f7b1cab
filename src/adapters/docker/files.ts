import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {writeAtomic} from '../files/write-atomic.js'
import {proxySite, statusPage, type ProxyTarget} from '../proxy/site.js'

/** The files that containers see and the notes about them, below `.mitra/docker`. */
export class DockerFiles {
  readonly secrets: string
  readonly site: string
  readonly #settings: StackSettings
  readonly #folder: string

  constructor(settings: StackSettings) {
    this.#settings = settings
    this.#folder = join(settings.layout.state, 'docker')
    this.secrets = join(this.#folder, 'secrets')
    this.site = join(this.#folder, 'site')
  }

  /** Passwords 0600 in a 0700 folder: the engine hands them to the containers as root. */
  async writeSecrets(): Promise<void> {
    mkdirSync(this.secrets, {recursive: true, mode: 0o700})
    const value = async (name: string) => (await this.#settings.secrets.ensure(name)).reveal()
    const redis = [
      'bind 0.0.0.0',
      'protected-mode yes',
      `requirepass ${await value('redis')}`,
      'dir /data',
      'appendonly yes',
      'save ""',
    ]
    const files: readonly (readonly [string, string])[] = [
      ['postgres_admin', await value('postgres.admin')],
      ['redis_conf', `${redis.join('\n')}\n`],
      ['object_store_access_key', await value('objectStore.accessKey')],
      ['object_store_secret_key', await value('objectStore.secretKey')],
    ]
    for (const [name, text] of files)
      await this.#writeIfChanged(join(this.secrets, name), text, 0o600)
  }

  /** The proxy's configuration and page; nginx's worker reads them as another account. */
  async writeSite(): Promise<void> {
    const page = join(this.site, 'page')
    mkdirSync(page, {recursive: true})
    for (const folder of [this.site, page]) chmodSync(folder, 0o755)
    const target = this.#target()
    await this.#writeIfChanged(join(this.site, 'site.conf'), await proxySite(target), 0o644)
    await this.#writeIfChanged(join(page, 'status.html'), await statusPage(target), 0o644)
  }

  /** A stop that was asked for: an exited container without it has failed. */
  markStopped(services: readonly ServiceName[]): void {
    mkdirSync(this.#folder, {recursive: true, mode: 0o700})
    for (const name of services) writeFileSync(join(this.#folder, `${name}.stopped`), '')
  }

  unmarkStopped(services: readonly ServiceName[]): void {
    for (const name of services) rmSync(join(this.#folder, `${name}.stopped`), {force: true})
  }

  isMarkedStopped(service: ServiceName): boolean {
    return existsSync(join(this.#folder, `${service}.stopped`))
  }

  /** Notes about a data set: which image made it, which password was last applied. */
  readNote(name: string): string | undefined {
    const path = this.#notePath(name)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }

  async writeNote(name: string, text: string): Promise<void> {
    await writeAtomic(this.#notePath(name), text, 0o600)
  }

  #notePath(name: string): string {
    return join(this.#folder, `g${this.#settings.generation}.${name}`)
  }

  // A file that is the same stays the same: compose would otherwise make the container anew.
  async #writeIfChanged(path: string, text: string, mode: number): Promise<void> {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) return
    await writeAtomic(path, text, mode)
  }

  #target(): ProxyTarget {
    const {ports, layout} = this.#settings
    return {
      listen: '80',
      upstreams: {
        backend: `host.docker.internal:${ports.backend}`,
        objectStore: 'object-store:9000',
        postgres: 'postgres:5432',
        redis: 'redis:6379',
      },
      resolver: '127.0.0.11',
      pageRoot: '/etc/nginx/conf.d/page',
      accessLog: '/var/log/nginx/access.log',
      workspaceId: layout.id,
    }
  }
}
