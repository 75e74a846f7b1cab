import {readFile} from 'node:fs/promises'

/** What the reverse proxy is told: addresses as nginx sees them. */
export interface ProxyTarget {
  /** `127.0.0.1:8080`; inside a container a port alone. */
  readonly listen: string
  readonly upstreams: {
    readonly backend: string
    readonly objectStore: string
    readonly postgres: string
    readonly redis: string
  }
  /** Needed where upstreams are names: nginx then starts without them. */
  readonly resolver?: string
  /** Folder of the status page, as nginx sees it. */
  readonly pageRoot: string
  readonly accessLog: string
  readonly workspaceId: string
}

/** The server block for the stack. */
export async function proxySite(target: ProxyTarget): Promise<string> {
  return fill(await template('site.conf'), target)
}

/** The status page that `/` shows. */
export async function statusPage(target: ProxyTarget): Promise<string> {
  return fill(await template('status.html'), target)
}

function fill(text: string, target: ProxyTarget): string {
  const values: Readonly<Record<string, string>> = {
    listen: target.listen,
    workspaceId: target.workspaceId,
    ...target.upstreams,
    backendPort: target.upstreams.backend.split(':').at(-1) ?? '',
    resolver: target.resolver === undefined ? '' : `resolver ${target.resolver} valid=1s ipv6=off;`,
    pageRoot: quoted(target.pageRoot),
    accessLog: quoted(target.accessLog),
  }
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
}

/** nginx reads a quoted path with spaces as one word; `$` would begin a variable. */
function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function template(name: string): Promise<string> {
  return readFile(new URL(`../../../templates/nginx/${name}`, import.meta.url), 'utf8')
}
