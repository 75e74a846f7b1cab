import type Dockerode from 'dockerode'
import {MitraError} from '../../errors.js'
import type {StackSettings} from '../../ports/stack-settings.js'
import {PgDatabase} from '../postgres/database.js'
import {scramVerifier} from '../scram/verifier.js'
import {projectName, volumeName} from './arguments.js'
import {statusOf, type DockerEngine} from './engine.js'
import type {DockerImages} from './images.js'
import {demultiplexed} from './output.js'

const mounted = '/mitra-data'

/**
 * Data of another major version are refused before anything is made for them. They are looked at
 * through a container that is never started; one that exists already was looked at when it was made.
 */
export async function refuseOtherVersion(
  settings: StackSettings,
  engine: DockerEngine,
  images: DockerImages,
): Promise<void> {
  const volume = volumeName(settings, 'postgres', settings.generation)
  const name = images.pinned('postgres')
  const [image, container, isThere] = await Promise.all([
    images.find(name),
    engine.container('postgres'),
    engine.hasVolume(volume),
  ])
  const ours = image?.environment.get('PG_MAJOR')
  if (!isThere || image === undefined || ours === undefined) return
  if (container?.imageId === image.id && container.generation === settings.generation) return
  const {layout, generation} = settings
  const labels = {
    'dev.mitra.workspace': layout.id,
    'dev.mitra.generation': String(generation),
  }
  const look = {image: name, volume, labels, name: `${projectName(settings)}-look`}
  const theirs = await versionInVolume(await engine.client(), look)
  if (theirs !== undefined && theirs !== ours) throw otherVersion({volume, theirs, name, ours})
}

function otherVersion(found: Readonly<Record<'volume' | 'theirs' | 'name' | 'ours', string>>) {
  const {volume, theirs, name, ours} = found
  const message = `Volume ${volume} holds data of Postgres ${theirs}; ${name} is Postgres ${ours}.`
  const hints = [
    `Nothing was changed. Name an image of Postgres ${theirs} (images.postgres in mitra.yml).`,
    'Or begin anew, with these data set aside: mitra reset.',
  ]
  return new MitraError('notReady', 'DATA_VERSION', message, {hints})
}

interface Look {
  readonly image: string
  readonly volume: string
  readonly name: string
  readonly labels: Record<string, string>
}

async function versionInVolume(
  client: Dockerode,
  {image, volume, name, labels}: Look,
): Promise<string | undefined> {
  // One that a killed process has left would hold the name, and the volume.
  await client
    .getContainer(name)
    .remove({force: true, v: true})
    .catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error
    })
  const container = await client.createContainer({
    name,
    Image: image,
    Entrypoint: ['true'],
    Labels: labels,
    HostConfig: {NetworkMode: 'none', Binds: [`${volume}:${mounted}:ro`]},
  })
  try {
    const archive = await container.getArchive({path: `${mounted}/pgdata/PG_VERSION`})
    const chunks: Buffer[] = []
    for await (const chunk of archive) chunks.push(Buffer.from(chunk))
    // A tar of one file: a header of 512 bytes, then its content.
    return /^\d+/.exec(Buffer.concat(chunks).toString('utf8', 512))?.[0]
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  } finally {
    await container.remove({force: true, v: true})
  }
}

/**
 * A password that the data do not know (it was changed, or the data come from elsewhere) is set over
 * the container's own socket. Only its verifier is sent: no log can hold the password.
 */
export async function healPassword(
  settings: StackSettings,
  engine: DockerEngine,
  id: string,
): Promise<void> {
  if (await isPasswordRight(settings)) return
  const password = (await settings.secrets.ensure('postgres.admin')).reveal()
  const sql = `ALTER ROLE mitra_admin PASSWORD '${scramVerifier(password)}';`
  const psql = ['psql', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1', '--username', 'mitra_admin']
  const argv = [...psql, '--host', '/var/run/postgresql', '--dbname', 'postgres', '--quiet']
  await runInside(await engine.client(), id, {argv, user: 'postgres', input: `${sql}\n`})
}

async function isPasswordRight({ports, secrets, databaseName}: StackSettings): Promise<boolean> {
  const address = {host: '127.0.0.1', port: ports.postgres, name: databaseName}
  const database = new PgDatabase({...address, adminUser: 'mitra_admin', secrets})
  try {
    const session = await database.connect({role: 'admin'}, {database: 'postgres'})
    await session.close()
    return true
  } catch (error) {
    if (error instanceof MitraError && error.code === 'AUTH_FAILED') return false
    throw error
  }
}

interface Inside {
  readonly argv: readonly string[]
  readonly user: string
  readonly input: string
}

async function runInside(client: Dockerode, id: string, {argv, user, input}: Inside) {
  const attach = {AttachStdin: true, AttachStdout: true, AttachStderr: true}
  const exec = await client.getContainer(id).exec({Cmd: [...argv], User: user, ...attach})
  const stream = await exec.start({hijack: true, stdin: true})
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.end(input)
  await new Promise((resolve) => stream.on('close', resolve).on('end', resolve))
  const {ExitCode: code} = await exec.inspect()
  if (code === 0) return
  const said = demultiplexed(Buffer.concat(chunks)).at(-1) ?? 'it said nothing'
  throw new MitraError('failed', 'EXEC_FAILED', `${argv[0]} in the container failed: ${said}.`, {
    hints: ['mitra logs postgres'],
  })
}
