import {Writable} from 'node:stream'
import type Dockerode from 'dockerode'
import {MitraError} from '../../errors.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {scramVerifier} from '../scram/verifier.js'
import {volumeName} from './arguments.js'
import type {DockerEngine} from './engine.js'

/** Data of another major version are refused before anything is started on them. */
export async function refuseOtherVersion(
  settings: StackSettings,
  client: Dockerode,
): Promise<void> {
  const volume = volumeName(settings, 'postgres', settings.generation)
  const image = settings.images.postgres
  const script = 'cat /data/PG_VERSION 2>/dev/null; echo; postgres --version'
  const text = await runOnce(client, {image, script, volume})
  const [theirs = '', said = ''] = text.split('\n').filter((line) => line.trim() !== '')
  const ours = /(\d+)\./.exec(said)?.[1]
  if (ours === undefined || theirs.trim() === ours) return
  throw new MitraError(
    'notReady',
    'DATA_VERSION',
    `Volume ${volume} holds data of Postgres ${theirs.trim()}; ${image} is Postgres ${ours}.`,
    {
      hints: [
        `Nothing was changed. Name an image of Postgres ${theirs.trim()}, or begin anew: mitra reset.`,
      ],
    },
  )
}

/** A password that changed since it was last applied is set over the container's own socket. */
export async function healPassword(
  engine: DockerEngine,
  id: string,
  password: string,
): Promise<void> {
  const sql = `ALTER ROLE mitra_admin PASSWORD '${scramVerifier(password)}';`
  const psql = ['psql', '-v', 'ON_ERROR_STOP=1', '-h', '/var/run/postgresql', '-U', 'mitra_admin']
  await engine.exec(id, [...psql, '-d', 'postgres', '-q'], 'postgres', sql)
}

interface Once {
  readonly image: string
  readonly script: string
  readonly volume: string
}

async function runOnce(client: Dockerode, {image, script, volume}: Once): Promise<string> {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  await client.run(image, ['-c', script], sink, {
    Entrypoint: ['sh'],
    Tty: true,
    HostConfig: {AutoRemove: true, NetworkMode: 'none', Binds: [`${volume}:/data:ro`]},
  })
  return Buffer.concat(chunks).toString().replaceAll('\r', '')
}
