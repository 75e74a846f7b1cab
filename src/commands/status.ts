import {keptViews} from '../cli/kept-work.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {servicesTable} from '../cli/services-table.js'
import {workspaceMigrations} from '../cli/database-work.js'
import {countPending, pendingTitle, planMigrations} from '../features/migrations/plan.js'
import {observeDatabase} from '../features/migrations/state.js'
import type {ServiceView} from '../features/stack/status.js'

interface StatusResult {
  readonly engine: 'docker' | 'native'
  readonly why: string
  readonly services: readonly ServiceView[]
  /** Who runs the backend instead, or why it does not run. */
  readonly backend: string | null
  /** Null while the database cannot be asked. */
  readonly tenants: readonly string[] | null
  readonly pendingMigrations: number | null
}

export default class Status extends MitraCommand {
  static override summary = 'Show what runs, where, and what the database holds.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']

  async run(): Promise<StatusResult> {
    await this.parse(Status)
    await this.tools.workspace()
    const [{engine, why}, stack] = await Promise.all([this.tools.engine(), this.tools.stack()])
    const kept = await keptViews(this.tools, await stack.states())
    const isUp = kept.services.some(({name, state}) => name === 'postgres' && state === 'healthy')
    const {pending, ...held} = isUp ? await this.held() : unknown
    const result = {engine, why, ...kept, ...held}
    this.log(statusText(result, pending))
    return result
  }

  private async held() {
    const state = await observeDatabase(await this.tools.database())
    const plan = planMigrations(await workspaceMigrations(this.tools), state)
    return {
      tenants: state.tenants.map((tenant) => tenant.name),
      pendingMigrations: countPending(plan),
      pending: pendingTitle(plan),
    }
  }
}

const unknown = {tenants: null, pendingMigrations: null, pending: undefined}

function statusText(result: StatusResult, pending: string | undefined): string {
  const {engine, why, services, backend, tenants} = result
  const names = tenants === null ? 'unknown while Postgres is down' : tenants.join(', ') || 'none'
  const total = services.reduce((sum, {memoryBytes}) => sum + (memoryBytes ?? 0), 0)
  const next = [
    ...downHints(services, backend),
    ...(pending === undefined ? [] : [`${pending}: mitra db migrate`]),
  ]
  return [
    servicesTable(services),
    '',
    `Engine   ${engine} (${why})`,
    `Memory   ${Math.round(total / 1_000_000)} MB`,
    `Tenants  ${names}`,
    ...(backend === null ? [] : [`Backend  ${backend}`]),
    ...(next.length > 0 ? ['', ...next] : []),
  ].join('\n')
}

/** One that failed fails again until its cause is gone; a backend that `up` leaves alone is no reason for it. */
function downHints(services: readonly ServiceView[], backend: string | null): readonly string[] {
  const ours = services.filter(({name}) => name !== 'backend' || backend === null)
  const failed = ours.filter(({state}) => state === 'failed').map(({name}) => name)
  const isDown = ours.some(({state}) => state === 'stopped' || state === 'starting')
  return [
    ...failed.map(
      (name) =>
        `${name} failed. See more: mitra logs ${name}. When its cause is gone: mitra up ${name}`,
    ),
    ...(isDown ? ['mitra up starts what is down.'] : []),
  ]
}
