import {homedir} from 'node:os'
import {join} from 'node:path'
import type {Config} from '../config/load.js'
import {MitraError} from '../errors.js'
import {StoredCostSource} from '../features/cost/fetch.js'
import type {BillPages} from '../ports/bill-pages.js'
import type {Clock} from '../ports/clock.js'
import type {CostStore} from '../ports/cost-store.js'
import type {CostSource} from '../ports/costs.js'
import type {Workspace} from './tools.js'

/** Where cost keeps things: the workspace's state, or the user's where there is no workspace. */
export function costStateFolder({isNew, layout}: Workspace): string {
  return isNew ? join(userStateFolder(), 'cost') : join(layout.state, 'cost')
}

/** For commands that work without a workspace, from cron for one. */
export function userStateFolder(): string {
  const named = process.env['XDG_STATE_HOME']
  if (named !== undefined && named !== '') return join(named, 'mitra')
  const mac = 'Library/Application Support/mitra'
  return join(homedir(), process.platform === 'darwin' ? mac : '.local/state/mitra')
}

/** Each account, and each profile of an account that nobody named, has a store of its own. */
export async function openCostStore(workspace: Workspace): Promise<CostStore> {
  const {FileCostStore} = await import('../adapters/cost-store/file-cost-store.js')
  const {values} = workspace.config
  const bill = values['cost.account'] || values['cost.profile'] || awsProfile() || 'default'
  // Two names that differ in odd characters only are told apart by them.
  const folder = encodeURIComponent(bill).replaceAll('.', '%2E')
  return new FileCostStore(join(costStateFolder(workspace), folder), {
    onWait: ({purpose, pid}) =>
      process.stderr.write(`Waiting for another mitra: ${purpose} (pid ${pid}).\n`),
  })
}

export async function openCostSource(
  {values}: Config,
  store: CostStore,
  clock: Clock,
): Promise<CostSource> {
  return storedSource(values, {store, clock, pages: () => openBillPages(values)})
}

/** The same, asking nobody: what is kept is as old as it is. */
export async function openKeptCosts(
  {values}: Config,
  store: CostStore,
  clock: Clock,
): Promise<CostSource> {
  const pages = async () => {
    throw new MitraError('notReady', 'NOT_FETCHED', 'Nothing was asked for, as --no-fetch says.', {
      hints: ['Without --no-fetch Cost Explorer is asked for the days that are missing ($0.01).'],
    })
  }
  return storedSource(values, {store, clock, pages})
}

export interface ExportWish {
  /** A path, `s3://bucket/prefix`, or `shippedSample` for the export that mitra brings. */
  readonly place: string | typeof shippedSample
  readonly currency?: string | undefined
}

/** Stands for the export that mitra brings. */
export const shippedSample = Symbol('shippedSample')

/** A FOCUS export; no request is billed for it. */
export async function openExportedCosts(
  {values}: Config,
  {place, currency}: ExportWish,
): Promise<CostSource> {
  const {FocusCostSource} = await import('../adapters/focus/focus-source.js')
  const {LocalExport} = await import('../adapters/focus/local-export.js')
  if (place === shippedSample) {
    const {samplePath, sampleMadeAt} = await import('../adapters/focus/sample.js')
    const files = new LocalExport(samplePath)
    return new FocusCostSource({files, place: 'of the sample', currency, madeAt: sampleMadeAt})
  }
  if (!place.startsWith('s3://')) {
    return new FocusCostSource({files: new LocalExport(place), place, currency})
  }
  const {bucketPlace, S3Export} = await import('../adapters/object-store/s3-export.js')
  const access = {
    endpoint: values['cost.exportEndpoint'] || undefined,
    region: values['cost.exportRegion'],
    profile: values['cost.profile'] || undefined,
  }
  return new FocusCostSource({files: new S3Export(bucketPlace(place), access), place, currency})
}

function storedSource(
  values: Config['values'],
  {store, clock, pages}: Pick<Stored, 'store' | 'clock' | 'pages'>,
): CostSource {
  return new StoredCostSource({
    store,
    clock,
    pages,
    cap: values['cost.monthlyRequests'],
    warmHours: values['cost.warmHours'],
    account: values['cost.account'] || undefined,
  })
}

type Stored = ConstructorParameters<typeof StoredCostSource>[0]

async function openBillPages(values: Config['values']): Promise<BillPages> {
  const {CostExplorerPages} = await import('../adapters/cost-explorer/cost-explorer.js')
  return new CostExplorerPages({
    region: values['cost.region'],
    endpoint: values['cost.endpoint'] || undefined,
    profile: values['cost.profile'] || undefined,
    timeoutMs: values['cost.timeoutSeconds'] * 1000,
  })
}

function awsProfile(): string | undefined {
  return process.env['AWS_PROFILE'] || undefined
}
