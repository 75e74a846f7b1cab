import type {Check, Finding} from '../check.js'

const loopbackNames = ['127.0.0.1', 'localhost']

export const proxySettings: Check = {
  id: 'proxy.settings',
  subject: 'Proxy variables',
  async look(tools) {
    const {proxies} = await tools.network()
    const set = [...proxies].filter(([name]) => name.toLowerCase() !== 'no_proxy')
    if (set.length === 0) return {state: 'ok', title: 'No proxy is set'}
    const malformed = set.filter(([, value]) => !isProxyAddress(value))
    if (malformed.length > 0) return notAnAddress(malformed.map(([name]) => name))
    const names = set.map(([name]) => name).join(', ')
    // curl and Python prefer the small letters where both are set.
    const exempt = proxies.get('no_proxy') ?? proxies.get('NO_PROXY') ?? ''
    const missing = loopbackNames.filter((host) => !isExempt(host, exempt))
    if (missing.length === 0) return {state: 'ok', title: `${names}, but not for loopback`}
    return {
      state: 'warning',
      title: `${names} also for ${missing.join(' and ')}`,
      cause: 'Other programs send what is meant for the local services to the proxy.',
      fix: [
        `export NO_PROXY=${[exempt, ...missing].filter(Boolean).join(',')} no_proxy="$NO_PROXY"`,
      ],
    }
  },
}

/** The value may hold a password, so it is not shown. */
function notAnAddress(names: readonly string[]): Finding {
  return {
    state: 'failed',
    title: `${names.join(', ')} is no address of a proxy`,
    cause:
      'Programs that read it fail, or go around the proxy. It is not shown: it may hold a password.',
    fix: [`Give it the form http://host:port, or: unset ${names.join(' ')}`],
  }
}

/** `host:port` without a scheme is taken by most programs. */
function isProxyAddress(value: string): boolean {
  const text = value.includes('://') ? value : `http://${value}`
  if (/\s/.test(text) || !URL.canParse(text)) return false
  const {hostname, protocol} = new URL(text)
  return hostname !== '' && /^(https?|socks(4a?|5h?)?):$/.test(protocol)
}

function isExempt(host: string, list: string): boolean {
  const entries = list.split(/[\s,]+/)
  if (entries.includes('*') || entries.includes(host)) return true
  return host === '127.0.0.1' && entries.includes('127.0.0.0/8')
}
