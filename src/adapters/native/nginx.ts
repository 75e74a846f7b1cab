import {chownSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {StackSettings} from '../../ports/stack-settings.js'
import {askHttp} from '../probes/http.js'
import {proxySite, statusPage, type ProxyTarget} from '../proxy/site.js'
import {makeOwned, type NativePlace} from './place.js'
import type {Program} from './program.js'
import {writeOwned} from './registry.js'

/** Nginx in the foreground with everything below one prefix. */
export const nginxProgram: Program = {
  service: 'nginx',

  async launch({settings, place, runtime}) {
    const prefix = await writeNginxFiles(settings, place)
    // `-e` catches what is said before the configuration is read.
    const argv = [
      runtime.path,
      '-e',
      'stderr',
      '-p',
      `${prefix}/`,
      '-c',
      join(prefix, 'nginx.conf'),
    ]
    return {argv, env: {}, folder: prefix, stopSignal: 'QUIT'}
  },

  async isHealthy({ports, layout}) {
    const answer = await askHttp(ports.nginx, '/-/health')
    return answer?.status === 200 && answer.headers['x-mitra-workspace'] === layout.id
  },

  url: ({ports}) => `http://127.0.0.1:${ports.nginx}`,
  port: ({ports}) => ports.nginx,
}

/** Writes configuration and page; returns the prefix. */
export async function writeNginxFiles(
  settings: StackSettings,
  place: NativePlace,
): Promise<string> {
  const prefix = join(place.conf, 'nginx')
  const runFolder = `${place.run('nginx')}.run`
  for (const folder of [prefix, join(prefix, 'page'), runFolder]) makeOwned(folder, place.account)
  const accessLog = `${place.log('nginx')}.access`
  const target = proxyTarget(settings, join(prefix, 'page'), accessLog)
  writeOwned(join(prefix, 'page/status.html'), await statusPage(target), place.account)
  writeOwned(join(prefix, 'site.conf'), await proxySite(target), place.account)
  writeOwned(join(prefix, 'nginx.conf'), mainConfiguration(runFolder), place.account)
  makeLog(accessLog, place)
  return prefix
}

// Nginx opens it as the services' account.
function makeLog(path: string, {account}: NativePlace): void {
  makeOwned(dirname(path), account)
  writeFileSync(path, '', {flag: 'a', mode: 0o600})
  if (account !== undefined) chownSync(path, account.uid, account.gid)
}

function proxyTarget(settings: StackSettings, pageRoot: string, accessLog: string): ProxyTarget {
  const {ports, layout} = settings
  const local = (port: number) => `127.0.0.1:${port}`
  return {
    listen: local(ports.nginx),
    upstreams: {
      backend: local(ports.backend),
      objectStore: local(ports.objectStore),
      postgres: local(ports.postgres),
      redis: local(ports.redis),
    },
    pageRoot,
    accessLog,
    workspaceId: layout.id,
  }
}

function mainConfiguration(runFolder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path "${runFolder}/${name}";`,
  )
  return [
    'daemon off;',
    'worker_processes 1;',
    `pid "${runFolder}/nginx.pid";`,
    'error_log stderr warn;',
    'events { worker_connections 512; }',
    'http {',
    '  types { text/html html; text/css css; application/javascript js; application/json json; image/svg+xml svg; }',
    '  default_type application/octet-stream;',
    '  sendfile on;',
    '  keepalive_timeout 30s;',
    ...temporary,
    '  include site.conf;',
    '}',
    '',
  ].join('\n')
}
