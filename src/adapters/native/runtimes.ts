import {existsSync, mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {writeAtomic} from '../files/write-atomic.js'
import type {Runtime} from './program.js'

type Chosen = Partial<Record<ServiceName, Runtime>>

/** The runtime of each service, chosen once and kept while its program is there. */
export class RuntimeChoice {
  readonly #file: string
  readonly #settings: StackSettings
  #keeping: Promise<void> = Promise.resolve()

  constructor(settings: StackSettings) {
    this.#settings = settings
    this.#file = join(settings.layout.state, 'runtimes.json')
  }

  /** As kept; undefined when none was chosen, its program is gone or another one is wanted. */
  kept(service: ServiceName): Runtime | undefined {
    const runtime = this.#read()[service]
    if (runtime === undefined || !existsSync(runtime.path)) return undefined
    const {objectStore} = this.#settings
    const isOther =
      service === 'object-store' && objectStore !== 'auto' && runtime.kind !== objectStore
    return isOther ? undefined : runtime
  }

  /** Kept, or found on this machine; gets nothing. */
  async find(service: ServiceName): Promise<Runtime | undefined> {
    const kept = this.kept(service)
    if (kept !== undefined) return kept
    const {readCatalog} = await import('../runtimes/catalog.js')
    const catalog = await readCatalog()
    if (service === 'postgres') {
      return (await import('../runtimes/postgres.js')).findPostgres(catalog.postgres)
    }
    if (service === 'object-store') {
      const {findObjectStore} = await import('../runtimes/object-store.js')
      return findObjectStore(this.#settings.objectStore, catalog)
    }
    return (await import('../runtimes/server.js')).findServer(service, catalog[service])
  }

  /** Found, or got in the first way that works here. */
  async obtain(service: ServiceName, note: (text: string) => void): Promise<Runtime> {
    const runtime = (await this.find(service)) ?? (await this.#get(service, note))
    await this.#keep(service, runtime)
    return runtime
  }

  async #get(service: ServiceName, note: (text: string) => void): Promise<Runtime> {
    const {readCatalog} = await import('../runtimes/catalog.js')
    const catalog = await readCatalog()
    if (service === 'postgres') {
      return (await import('../runtimes/postgres.js')).obtainPostgres(catalog.postgres)
    }
    if (service === 'object-store') {
      const {obtainObjectStore} = await import('../runtimes/object-store.js')
      return obtainObjectStore(this.#settings.objectStore, catalog, note)
    }
    return (await import('../runtimes/server.js')).obtainServer(service, catalog[service], note)
  }

  // Services are got side by side: each writes what it knows over what the others have written.
  async #keep(service: ServiceName, runtime: Runtime): Promise<void> {
    if (this.kept(service)?.path === runtime.path) return
    mkdirSync(this.#settings.layout.state, {recursive: true, mode: 0o700})
    this.#keeping = this.#keeping.then(() =>
      writeAtomic(
        this.#file,
        `${JSON.stringify({...this.#read(), [service]: runtime}, undefined, 2)}\n`,
        0o600,
      ),
    )
    await this.#keeping
  }

  #read(): Chosen {
    try {
      const chosen: Chosen = JSON.parse(readFileSync(this.#file, 'utf8'))
      return chosen
    } catch {
      return {}
    }
  }
}
