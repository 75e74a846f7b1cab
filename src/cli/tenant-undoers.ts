import {observeDatabase} from '../features/migrations/state.js'
import {reopenTenant} from '../features/tenants/drop/close.js'
import {secretOf} from '../features/tenants/names.js'
import {renameTenant, renamingTo} from '../features/tenants/rename.js'
import type {Json, RunWriter} from '../ports/journal.js'
import type {Undoer} from '../ports/undo.js'
import {applyRestoreOf, planRestoreOf} from './restore-work.js'
import type {Tools} from './tools.js'

/** Taking back what was done to tenants: a drop by its archive, a closing, a renaming. */
export function tenantUndoers(tools: Tools): readonly Undoer[] {
  return [dropUndoer(tools), closeUndoer(tools), renameUndoer(tools)]
}

function dropUndoer(tools: Tools): Undoer {
  return {
    prefix: 'tenant.drop.',
    async plan(step, record) {
      const {id, tenant, path} = textsIn(record)
      if (path === undefined) return undefined
      const {tenants} = await observeDatabase(await tools.database())
      if (tenants.some((one) => one.id === id)) return undefined
      const title = `Restore ${tenant ?? 'the tenant'} from ${path}`
      return {id: `restore.${step.id}`, title, why: 'the run dropped it', undo: 'no'}
    },
    async undo(_, record) {
      const {path} = textsIn(record)
      if (path === undefined) return
      const plan = await planRestoreOf(tools, {path})
      await applyRestoreOf(tools, plan, {run: unrecorded, progress: silent})
    },
  }
}

function closeUndoer(tools: Tools): Undoer {
  return {
    prefix: 'tenant.close.',
    async plan(step, record) {
      const tenant = await closedTenant(tools, record)
      if (tenant === undefined) return undefined
      const title = `Let ${tenant.login} in again`
      return {id: `reopen.${step.id}`, title, why: 'the run closed it', undo: 'no'}
    },
    async undo(_, record) {
      const tenant = await closedTenant(tools, record)
      if (tenant !== undefined) await reopenTenant(await tools.database(), tenant)
    },
  }
}

/** One that is closed and of which nothing is gone. */
async function closedTenant(tools: Tools, record: Json | undefined) {
  const database = await tools.database()
  const {closed} = await observeDatabase(database)
  const tenant = closed.find(({id, state}) => id === textsIn(record)['id'] && state === 'dropping')
  if (tenant === undefined) return undefined
  // A drop puts the password aside before the first object goes: with it here, all of the tenant is.
  const password = await (await tools.secrets()).get(secretOf(tenant.name))
  return password === undefined ? undefined : tenant
}

function renameUndoer(tools: Tools): Undoer {
  return {
    prefix: 'tenant.rename.',
    async plan(step, record) {
      const {id, from, to} = textsIn(record)
      const {tenants} = await observeDatabase(await tools.database())
      if (!tenants.some((one) => one.id === id && one.name === to)) return undefined
      const title = `Rename ${to ?? ''} back to ${from ?? ''}`
      return {id: `back.${step.id}`, title, why: 'the run renamed it', undo: 'no'}
    },
    async undo(_, record) {
      const {id, from, fromDisplayName} = textsIn(record)
      const [database, secrets] = [await tools.database(), await tools.secrets()]
      const {tenants} = await observeDatabase(database)
      const tenant = tenants.find((one) => one.id === id)
      if (tenant === undefined || from === undefined) return
      await renameTenant(renamingTo(tenant, from, fromDisplayName), {database, secrets})
    },
  }
}

function textsIn(record: Json | undefined): Readonly<Record<string, string | undefined>> {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(record ?? {})
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}

/** The run that takes back records its own steps. */
const unrecorded: RunWriter = {
  id: 'undo',
  done: async () => undefined,
  failed: async () => undefined,
  end: async () => undefined,
}

const silent = {
  started: () => undefined,
  note: () => undefined,
  finished: () => undefined,
  failed: () => undefined,
}
