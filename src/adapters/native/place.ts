import {chmodSync, chownSync, mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {MitraError} from '../../errors.js'
import type {KeptName, ServiceName} from '../../ports/stack.js'
import type {StackSettings} from '../../ports/stack-settings.js'

/** An existing account that services run under when mitra itself runs as root. */
export interface ServiceAccount {
  readonly uid: number
  readonly gid: number
}

/** Where the native services of one workspace live. */
export interface NativePlace {
  readonly base: string
  readonly account: ServiceAccount | undefined
  /** `<base>/data/g<generation>/<service>` */
  readonly data: (service: ServiceName) => string
  /** Prefix of the run files of a service: `.json`, `.pid`, `.exit`, `.run/`. */
  readonly run: (service: KeptName) => string
  readonly log: (service: KeptName) => string
  readonly conf: string
  readonly generations: string
}

/** Shared by every workspace of this machine when root runs mitra. */
export const rootBase = '/var/lib/mitra'

/**
 * As root, Postgres refuses to run, and a clone or a home may be closed to every other account: the
 * services then run as `nobody`, and all that they touch lies in /var/lib/mitra.
 */
export function nativePlace({layout, generation}: StackSettings): NativePlace {
  const account = serviceAccount()
  const base = account === undefined ? layout.state : join(rootBase, layout.id)
  const generations = join(base, 'data')
  return {
    base,
    account,
    generations,
    data: (service) => join(generations, `g${generation}`, service),
    run: (service) => join(base, 'run', service),
    log: (service) => join(base, 'logs', `${service}.log`),
    conf: join(base, 'conf'),
  }
}

/** Undefined for an ordinary user, who runs the services as himself. */
export function serviceAccount(): ServiceAccount | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined) {
    throw new MitraError('notReady', 'NO_ACCOUNT', 'There is no account named nobody to run as.', {
      hints: ['Postgres refuses to run as root. Run mitra as an ordinary user.'],
    })
  }
  return {uid: Number(uid), gid: Number(gid)}
}

/** Makes a folder that the services own and nobody else enters. */
export function makeOwned(folder: string, account: ServiceAccount | undefined): void {
  if (account !== undefined && mkdirSync(rootBase, {recursive: true}) !== undefined) {
    // Said again, since mkdir's mode is cut by the umask.
    chmodSync(rootBase, 0o755)
  }
  const made = mkdirSync(folder, {recursive: true, mode: 0o700})
  if (account === undefined || made === undefined) return
  // Every folder that was made on the way, from the first one down.
  const rest = folder.slice(made.length).split('/').filter(Boolean)
  let path = made
  chownSync(path, account.uid, account.gid)
  for (const part of rest) {
    path = join(path, part)
    chownSync(path, account.uid, account.gid)
  }
}
