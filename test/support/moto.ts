import {execFile, spawn} from 'node:child_process'
import {once} from 'node:events'
import {createServer} from 'node:net'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'
import {setTimeout as sleep} from 'node:timers/promises'
import {requirement} from './requirements.js'

const places = fileURLToPath(new URL('../../scripts/ci/places.sh', import.meta.url))

async function motoProgram(): Promise<string> {
  const {stdout} = await promisify(execFile)('bash', [
    '-c',
    'source "$1" && test -x "$moto_server" && echo "$moto_server"',
    'bash',
    places,
  ])
  return stdout.trim()
}

export const isMotoThere = await requirement('moto (scripts/ci/moto.sh gets it)', async () => {
  return motoProgram().then(
    () => true,
    () => false,
  )
})

/** An AWS that others wrote, on a free port of loopback; nothing in it outlives `stop`. */
export interface Moto {
  readonly endpoint: string
  /** Forgets everything. */
  reset(): Promise<void>
  stop(): Promise<void>
}

/** `env` reaches the server: `INITIAL_NO_AUTH_ACTION_COUNT` for one. */
export async function startMoto(env: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const port = await freePort()
  const child = spawn(await motoProgram(), ['-H', '127.0.0.1', '-p', String(port)], {
    env: {...process.env, ...env},
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const endpoint = `http://127.0.0.1:${port}`
  const until = Date.now() + 60_000
  while (!(await answers(`${endpoint}/moto-api/data.json`))) {
    if (Date.now() > until || child.exitCode !== null) throw new Error('moto did not start')
    await sleep(100)
  }
  return {
    endpoint,
    async reset() {
      await fetch(`${endpoint}/moto-api/reset`, {method: 'POST'})
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
