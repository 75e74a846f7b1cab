import {X509Certificate} from 'node:crypto'
import {constants} from 'node:fs'
import {access, readFile, realpath, stat, statfs} from 'node:fs/promises'
import {cpus, homedir, tmpdir, totalmem} from 'node:os'
import {codeOf} from '../../errors.js'
import type {CertificateFile, Host, HostPlace} from '../../ports/host.js'
import type {Secret} from '../../ports/secrets.js'
import {askHttp} from '../probes/http.js'
import {askRedis} from '../probes/redis.js'
import {runProgram} from '../process/run.js'

const pem = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs
const writableByAll = 0o002
const sticky = 0o1000

/** What this very process finds around it. */
export class ProcessHost implements Host {
  readonly variables: ReadonlyMap<string, string> = new Map(
    Object.entries(process.env).map(([name, value = '']) => [name, value]),
  )
  readonly homeFolder = homedir()
  readonly temporaryFolder = tmpdir()
  readonly umask = process.umask()
  readonly memoryBytes = totalmem()
  readonly architecture = process.arch
  readonly isTranslated =
    process.platform === 'darwin' &&
    process.arch === 'x64' &&
    cpus().some(({model}) => model.startsWith('Apple'))

  // A shell says what other programs get: Node raises its own limit at its start on some systems.
  async openFiles(): Promise<number | undefined> {
    const {stdout} = await runProgram('/bin/sh', ['-c', 'ulimit -n'], {timeoutMs: 2000})
    return /^\d+$/.test(stdout.trim()) ? Number(stdout) : undefined
  }

  async place(path: string): Promise<HostPlace | undefined> {
    try {
      const {mode, uid, mtime} = await stat(path)
      const isWritable = await access(path, constants.W_OK).then(
        () => true,
        () => false,
      )
      const isFolder = (mode & constants.S_IFMT) === constants.S_IFDIR
      const isOpenToAll = (mode & writableByAll) !== 0 && (mode & sticky) === 0
      return {isFolder, isWritable, isOpenToAll, userId: uid, changedAt: mtime}
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error) ?? '')) return undefined
      throw error
    }
  }

  async freeInodes(path: string) {
    const found = await statfs(path).catch(() => undefined)
    if (found === undefined || found.files === 0) return undefined
    return {free: found.ffree, of: found.files}
  }

  async runsPrograms(path: string): Promise<boolean | undefined> {
    const [mounts, real] = await Promise.all([
      readFile('/proc/self/mounts', 'utf8').catch(() => ''),
      realpath(path).catch(() => path),
    ])
    const rows = mounts.split('\n').map((line) => line.split(' '))
    const above = rows.filter(([, at = '']) => isBelow(real, at.replaceAll('\\040', ' ')))
    // The longest is the nearest, and of those on one place the last is on top.
    const nearest = above.toSorted(([, a = ''], [, b = '']) => a.length - b.length).at(-1)
    return nearest === undefined ? undefined : !(nearest[3] ?? '').split(',').includes('noexec')
  }

  async certificates(path: string): Promise<CertificateFile | undefined> {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const read = [...text.matchAll(pem)].flatMap(([one]) => certificateOf(one))
    const expired = read.filter(({validTo}) => new Date(validTo).getTime() < Date.now())
    return {count: read.length, expired: expired.map(({subject}) => subject)}
  }

  async askRedis(port: number, password: Secret) {
    const answer = await askRedis(port, password.reveal())
    if (answer === undefined) return undefined
    return answer.isRefused ? 'refused' : 'ready'
  }

  async httpStatus(port: number, path: string): Promise<number | undefined> {
    return (await askHttp(port, path))?.status
  }
}

function isBelow(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

function certificateOf(text: string): readonly X509Certificate[] {
  try {
    return [new X509Certificate(text)]
  } catch {
    return []
  }
}
