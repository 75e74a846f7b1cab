import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {writeAtomic} from '../files/write-atomic.js'
import {proxySite, statusPage} from '../proxy/site.js'
import type {ComposeFolders, SecretReader} from './arguments.js'
import {containerProxyTarget, withHostUpstream, type ProxyNetwork} from './proxy-target.js'

const passwordsOf: Readonly<Record<SecretReader, readonly string[]>> = {
  postgres: ['postgres.admin'],
  redis: ['redis'],
  'object-store': ['objectStore.accessKey', 'objectStore.secretKey'],
}

// Read by the image's entrypoint at the end of the first start, and only then.
const completeScript = 'touch "$PGDATA/mitra-complete"\n'

/** The files that containers see, below `.mitra/docker`. */
export class DockerFiles implements ComposeFolders {
  readonly folder: string
  readonly secrets: string
  readonly site: string
  readonly initdb: string
  readonly #settings: StackSettings

  constructor(settings: StackSettings) {
    this.#settings = settings
    this.folder = join(settings.layout.state, 'docker')
    this.secrets = join(this.folder, 'secrets')
    this.site = join(this.folder, 'site')
    this.initdb = join(this.folder, 'initdb')
  }

  async write(network: ProxyNetwork): Promise<void> {
    mkdirSync(this.folder, {recursive: true, mode: 0o700})
    await Promise.all([this.#writeSecrets(), this.#writeInitdb(), this.writeSite(network)])
  }

  /** The proxy's configuration and page; nginx's worker reads them as another account. */
  async writeSite(network: ProxyNetwork): Promise<void> {
    const page = join(this.site, 'page')
    for (const folder of [this.site, page]) makeReadable(folder)
    const target = containerProxyTarget(this.#settings, network)
    const site = withHostUpstream(await proxySite(target))
    await writeIfChanged(join(this.site, 'site.conf'), site, 0o644)
    await writeIfChanged(join(page, 'status.html'), await statusPage(target), 0o644)
  }

  /** Tells one password from another without giving it away; a container carries it as a label. */
  async fingerprints(): Promise<Readonly<Record<SecretReader, string>>> {
    const of = async (service: SecretReader) => {
      const values = await Promise.all(passwordsOf[service].map((name) => this.#password(name)))
      const text = [this.#settings.layout.id, ...values].join('\n')
      return createHash('sha256').update(text).digest('hex').slice(0, 12)
    }
    const [postgres, redis, objectStore] = await Promise.all([
      of('postgres'),
      of('redis'),
      of('object-store'),
    ])
    return {postgres, redis, 'object-store': objectStore}
  }

  /** A stop that was asked for: an exited container without it has failed. */
  markStopped(services: readonly ServiceName[]): void {
    mkdirSync(this.folder, {recursive: true, mode: 0o700})
    for (const name of services) writeFileSync(this.#mark(name), '')
  }

  unmarkStopped(services: readonly ServiceName[]): void {
    for (const name of services) rmSync(this.#mark(name), {force: true})
  }

  isMarkedStopped(service: ServiceName): boolean {
    return existsSync(this.#mark(service))
  }

  /** Passwords 0600 in a 0700 folder: the engine hands them to the containers' root. */
  async #writeSecrets(): Promise<void> {
    mkdirSync(this.secrets, {recursive: true, mode: 0o700})
    const redis = [
      'bind 0.0.0.0',
      'protected-mode yes',
      `requirepass ${await this.#password('redis')}`,
      'dir /data',
      'appendonly yes',
      'save ""',
    ]
    const files: readonly (readonly [string, string])[] = [
      ['postgres_admin', await this.#password('postgres.admin')],
      ['redis_conf', `${redis.join('\n')}\n`],
      ['object_store_access_key', await this.#password('objectStore.accessKey')],
      ['object_store_secret_key', await this.#password('objectStore.secretKey')],
    ]
    for (const [name, text] of files) await writeIfChanged(join(this.secrets, name), text, 0o600)
  }

  async #writeInitdb(): Promise<void> {
    makeReadable(this.initdb)
    await writeIfChanged(join(this.initdb, 'zz-mitra-complete.sh'), completeScript, 0o644)
  }

  async #password(name: string): Promise<string> {
    return (await this.#settings.secrets.ensure(name)).reveal()
  }

  #mark(service: ServiceName): string {
    return join(this.folder, `${service}.stopped`)
  }
}

// Whatever the umask says: an account inside the container reads it.
function makeReadable(folder: string): void {
  mkdirSync(folder, {recursive: true})
  chmodSync(folder, 0o755)
}

async function writeIfChanged(path: string, text: string, mode: number): Promise<void> {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  await writeAtomic(path, text, mode)
}
