import {homedir} from 'node:os'
import {join} from 'node:path'
import type {CostDrivers, CostFiles} from '../ports/cost-plan.js'
import type {CostStore} from '../ports/cost-store.js'
import type {CostSource} from '../ports/costs.js'
import type {Heartbeat, Notifier} from '../ports/notifier.js'
import type {ReportMemory} from '../ports/report-memory.js'
import type {Scheduler} from '../ports/schedule.js'
import type {Once} from './once.js'
import type {ExportWish} from './open-costs.js'
import type {NotifyChannel} from './open-notifiers.js'
import type {Tools} from './tools.js'

/** What the cost commands need from outside the process; all of it works without a workspace. */
export interface CostTools {
  /** Budgets, subscriptions and rates: the workspace's own or those that mitra ships. */
  readonly costFiles: () => Promise<CostFiles>
  /** What drives cost with users: the workspace's own or the one that mitra ships. */
  readonly costDrivers: () => Promise<CostDrivers>
  /** What is kept of the bill; works without a workspace too. */
  readonly costStore: () => Promise<CostStore>
  /** The bill: what is kept, and Cost Explorer for what is missing. */
  readonly costSource: () => Promise<CostSource>
  /** Throws NOTIFY_NOT_SET when the channel has no address. */
  readonly notifier: (channel: NotifyChannel) => Promise<Notifier>
  /** Undefined when no ping address is set. */
  readonly heartbeat: () => Promise<Heartbeat | undefined>
  /** The bill as it is kept; nobody is asked. */
  readonly keptCosts: () => Promise<CostSource>
  /** The bill out of a FOCUS export: a file, a folder, `s3://bucket/prefix`, or the one shipped. */
  readonly exportedCosts: (wish: ExportWish) => Promise<CostSource>
  readonly reportMemory: () => Promise<ReportMemory>
  /** The user's own crontab, on a Mac launchd. */
  readonly scheduler: () => Promise<Scheduler>
}

/** The bill. */
export function costTools(tools: () => Tools, once: Once) {
  return {
    costFiles: once(async () => {
      const {config, hasSettings, layout} = await tools().prospect()
      const {loadCostFiles} = await import('../config/cost/load-cost-files.js')
      return loadCostFiles(hasSettings ? layout.root : undefined, {
        phases: config.values['cost.phasesFile'],
        subscriptions: config.values['cost.subscriptionsFile'],
        exchangeRates: config.values['cost.exchangeRatesFile'],
      })
    }),
    costDrivers: once(async () => {
      const {config, hasSettings, layout} = await tools().prospect()
      const {loadCostDrivers} = await import('../config/cost/load-cost-files.js')
      const {plan} = await tools().costFiles()
      const path = config.values['cost.driversFile']
      return loadCostDrivers(hasSettings ? layout.root : undefined, {path, plan})
    }),
    costStore: once(async () => {
      const {openCostStore} = await import('./open-costs.js')
      return openCostStore(await tools().prospect())
    }),
    costSource: once(async () => {
      const {openCostSource} = await import('./open-costs.js')
      const {config} = await tools().prospect()
      return openCostSource(config, await tools().costStore(), tools().clock())
    }),
    keptCosts: once(async () => {
      const {openKeptCosts} = await import('./open-costs.js')
      const {config} = await tools().prospect()
      return openKeptCosts(config, await tools().costStore(), tools().clock())
    }),
    async exportedCosts(wish: ExportWish) {
      const {openExportedCosts} = await import('./open-costs.js')
      const {config} = await tools().prospect()
      return openExportedCosts(config, wish)
    },
    reportMemory: once(async () => {
      const {FileReportMemory} = await import('../adapters/report-memory/file-report-memory.js')
      const {costStateFolder} = await import('./open-costs.js')
      const folder = costStateFolder(await tools().prospect())
      return new FileReportMemory({folder, now: () => tools().clock().now()})
    }),
  }
}

/** What runs commands at their time. */
export function scheduleTools(once: Once) {
  return {
    scheduler: once(async (): Promise<Scheduler> => {
      if (process.platform !== 'darwin') {
        const {Crontab} = await import('../adapters/schedule/crontab.js')
        const {userStateFolder} = await import('./open-costs.js')
        return new Crontab({lockFolder: userStateFolder()})
      }
      const {Launchd} = await import('../adapters/schedule/launchd.js')
      const folder = join(homedir(), 'Library/LaunchAgents')
      return new Launchd({folder, userId: process.getuid?.() ?? 0})
    }),
  }
}

/** How people are told. */
export function notifyTools(tools: () => Tools, once: Once) {
  const opening = async () => ({
    config: (await tools().prospect()).config,
    secrets: await tools().secrets(),
    clock: tools().clock(),
  })
  return {
    async notifier(channel: NotifyChannel) {
      const {openNotifier} = await import('./open-notifiers.js')
      return openNotifier(channel, await opening())
    },
    heartbeat: once(async () => {
      const {openHeartbeat} = await import('./open-notifiers.js')
      return openHeartbeat(await opening())
    }),
  }
}
