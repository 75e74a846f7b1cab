import {readFile} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {codeOf, MitraError} from '../../errors.js'
import type {CostDrivers, CostFiles, CostPlan} from '../../ports/cost-plan.js'

/** Paths that somebody set; an empty one is not set. */
export interface CostFilePaths {
  readonly phases: string
  readonly subscriptions: string
  readonly exchangeRates: string
}

const names = {
  phases: 'phases.yml',
  subscriptions: 'subscriptions.yml',
  exchangeRates: 'exchange-rates.yml',
} as const

// The same place seen from src/config/cost and from dist/config/cost.
const packaged = fileURLToPath(new URL('../../../config/', import.meta.url))

/**
 * Each file from the path that was set, else from `cost/` of the workspace, else the one that mitra
 * ships. `root` is the workspace; undefined outside of one.
 */
export async function loadCostFiles(
  root: string | undefined,
  paths: CostFilePaths,
): Promise<CostFiles> {
  const [plan, subscriptions, rates] = await Promise.all([
    readOne('phases', root, paths),
    readOne('subscriptions', root, paths),
    readOne('exchangeRates', root, paths),
  ])
  // The parser of YAML is heavy: it comes with the files, not with whoever imports this.
  const [{parseCostPlan}, {parseSubscriptions}, {parseExchangeRates}] = await Promise.all([
    import('./phases.js'),
    import('./subscriptions.js'),
    import('./exchange-rates.js'),
  ])
  return {
    plan: parseCostPlan(plan.file, plan.text),
    subscriptions: parseSubscriptions(subscriptions.file, subscriptions.text),
    rates: parseExchangeRates(rates.file, rates.text),
  }
}

/** From `cost/drivers.yml` of the workspace, else the one that mitra ships. */
export async function loadCostDrivers(
  root: string | undefined,
  {path, plan}: {readonly path: string; readonly plan: CostPlan},
): Promise<CostDrivers> {
  const {file, text} = await readFound({key: 'driversFile', name: 'drivers.yml', set: path}, root)
  const {parseCostDrivers} = await import('./drivers.js')
  return parseCostDrivers(file, text, plan)
}

interface FoundFile {
  readonly file: string
  readonly text: string
}

async function readOne(
  which: keyof CostFilePaths,
  root: string | undefined,
  paths: CostFilePaths,
): Promise<FoundFile> {
  return readFound({key: `${which}File`, name: names[which], set: paths[which]}, root)
}

interface Wanted {
  /** The setting below `cost.` that names its path. */
  readonly key: string
  readonly name: string
  readonly set: string
}

async function readFound({key, name, set}: Wanted, root: string | undefined): Promise<FoundFile> {
  if (set !== '') {
    const file = resolve(root ?? '.', set)
    const text = await textOf(file)
    if (text !== undefined) return {file, text}
    throw new MitraError('config', 'COST_FILE', `There is no ${file}.`, {
      hints: [`cost.${key} says so; mitra config show tells where that comes from.`],
    })
  }
  const own = root === undefined ? undefined : join(root, 'cost', name)
  const ownText = own === undefined ? undefined : await textOf(own)
  if (own !== undefined && ownText !== undefined) return {file: own, text: ownText}
  const shipped = join(packaged, name)
  return {file: shipped, text: await readFile(shipped, 'utf8')}
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return undefined
    throw new MitraError('config', 'COST_FILE', `${file} cannot be read (${code ?? 'unknown'}).`, {
      cause: error,
    })
  }
}
