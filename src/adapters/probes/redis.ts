import {exchange} from './wire.js'

export interface RedisAnswer {
  readonly isReady: boolean
  /** The server's own process, as `INFO server` states it (in its own pid namespace). */
  readonly pid: number | undefined
  readonly version: string | undefined
  /** Our password was not accepted: another server, or a changed password. */
  readonly isRefused: boolean
}

/** AUTH, PING and INFO in one exchange; undefined when nothing speaks RESP there. */
export async function askRedis(port: number, password: string): Promise<RedisAnswer | undefined> {
  const send = [command('AUTH', password), command('PING'), command('INFO', 'server')].join('')
  const answer = await exchange({port, send, isWhole: (bytes) => isWhole(bytes.toString())})
  const text = answer?.toString()
  if (text === undefined || !/^[+-]/.test(text)) return undefined
  const pid = /process_id:(\d+)/.exec(text)?.[1]
  const version = /(?:valkey|redis)_version:([\d.]+)/.exec(valkeyFirst(text))?.[1]
  return {
    isReady: text.includes('+PONG'),
    pid: pid === undefined ? undefined : Number(pid),
    version,
    isRefused: text.includes('-WRONGPASS') || text.includes('-NOAUTH'),
  }
}

// Valkey also states the Redis version that it is compatible with, before its own.
function valkeyFirst(text: string): string {
  const at = text.indexOf('valkey_version')
  return at === -1 ? text : text.slice(at)
}

function isWhole(text: string): boolean {
  return text.includes('tcp_port:') || text.includes('-NOAUTH') || text.includes('-LOADING')
}

function command(...words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${parts.join('')}`
}
