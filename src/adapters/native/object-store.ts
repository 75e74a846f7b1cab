import {join} from 'node:path'
import {askHttp} from '../probes/http.js'
import {isHeldBy} from '../sockets/ports.js'
import {makeOwned} from './place.js'
import type {Launch, Program, ProgramContext} from './program.js'

/** MinIO or versitygw. Each keeps its data apart: their formats differ. */
export const objectStoreProgram: Program = {
  service: 'object-store',

  async launch(context) {
    const {settings} = context
    const access = (await settings.secrets.ensure('objectStore.accessKey')).reveal()
    const secret = (await settings.secrets.ensure('objectStore.secretKey')).reveal()
    return context.runtime.kind === 'minio'
      ? minio(context, access, secret)
      : versitygw(context, access, secret)
  },

  async isHealthy({ports}, pid) {
    const paths = ['/minio/health/ready', '/health']
    const answers = await Promise.all(paths.map((path) => askHttp(ports.objectStore, path)))
    if (!answers.some((answer) => answer?.status === 200)) return false
    // Where the holder cannot be seen, the living process and the free port before it must do.
    return (await isHeldBy(ports.objectStore, pid)) ?? true
  },

  url: ({ports}) => `http://127.0.0.1:${ports.objectStore}`,
  port: ({ports}) => ports.objectStore,
}

function minio({settings, place, runtime}: ProgramContext, access: string, secret: string): Launch {
  const data = join(place.data('object-store'), 'minio')
  makeOwned(data, place.account)
  const {objectStore, objectStoreConsole} = settings.ports
  const addresses = [
    '--address',
    `127.0.0.1:${objectStore}`,
    '--console-address',
    `127.0.0.1:${objectStoreConsole}`,
  ]
  return {
    argv: [runtime.path, 'server', '--quiet', ...addresses, data],
    env: {MINIO_ROOT_USER: access, MINIO_ROOT_PASSWORD: secret, HOME: place.base},
    folder: data,
    stopSignal: 'TERM',
  }
}

function versitygw(
  {settings, place, runtime}: ProgramContext,
  access: string,
  secret: string,
): Launch {
  const store = place.data('object-store')
  const data = join(store, 'buckets')
  const versions = join(store, 'versions')
  makeOwned(data, place.account)
  makeOwned(versions, place.account)
  const listen = ['--port', `127.0.0.1:${settings.ports.objectStore}`, '--quiet']
  const posix = ['--health', '/health', 'posix', '--versioning-dir', versions, data]
  return {
    argv: [runtime.path, ...listen, ...posix],
    // Go keeps twice the live heap by default; a store for one person has no need of that.
    env: {ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret, HOME: place.base, GOGC: '40'},
    folder: data,
    stopSignal: 'TERM',
  }
}
