import {MitraError} from '../../errors.js'
import type {ServiceName} from '../../ports/stack.js'
import {askDatabase} from './ask.js'
import type {DoctorTools, Need} from './check.js'

const obstacles: Readonly<Record<Need, (tools: DoctorTools) => Promise<string | undefined>>> = {
  workspace: noWorkspace,
  engine: noEngine,
  postgres: (tools) => notRunning('postgres', tools),
  'object-store': (tools) => notRunning('object-store', tools),
  nginx: (tools) => notRunning('nginx', tools),
  database: noDatabase,
  migrator: noMigrator,
}

/** Why a check cannot look, so that one cause is one finding; undefined when it can. */
export async function obstacleTo(
  need: Need | undefined,
  tools: DoctorTools,
): Promise<string | undefined> {
  return need === undefined ? undefined : obstacles[need](tools)
}

export const noWorkspaceHere =
  'There is no workspace here, so only the machine was looked at; mitra setup makes one.'

async function noWorkspace(tools: DoctorTools): Promise<string | undefined> {
  try {
    await tools.workspace()
    return undefined
  } catch (error) {
    return isOutside(error) ? noWorkspaceHere : 'See workspace.settings.'
  }
}

/** True for the error of a folder without a workspace. */
export function isOutside(error: unknown): boolean {
  return error instanceof MitraError && error.code === 'NO_WORKSPACE'
}

async function noEngine(tools: DoctorTools): Promise<string | undefined> {
  const outside = await noWorkspace(tools)
  if (outside !== undefined) return outside
  try {
    await tools.engine()
    return undefined
  } catch {
    return 'See engine.chosen.'
  }
}

async function notRunning(name: ServiceName, tools: DoctorTools): Promise<string | undefined> {
  const above = await noEngine(tools)
  if (above !== undefined) return above
  try {
    const state = (await tools.states()).get(name)?.state ?? 'stopped'
    return state === 'healthy' ? undefined : `${name} is ${state}: see stack.services.`
  } catch {
    return 'See stack.services.'
  }
}

// A session would make a new password in place of a lost one, and lock everyone out.
async function noDatabase(tools: DoctorTools): Promise<string | undefined> {
  const above = await notRunning('postgres', tools)
  if (above !== undefined) return above
  return (await isPasswordLost('postgres.admin', tools)) ? 'See database.response.' : undefined
}

// The same for what migrates, once there is such a login.
async function noMigrator(tools: DoctorTools): Promise<string | undefined> {
  const above = await noDatabase(tools)
  if (above !== undefined) return above
  return (await isMigratorLost(tools)) ? 'See database.migrator.' : undefined
}

/** The login of migrations is there, and its password is not. */
export async function isMigratorLost(tools: DoctorTools): Promise<boolean> {
  return (await isPasswordLost('postgres.migrator', tools)) && hasMigrator(tools)
}

/** Whether Postgres knows the login of migrations. */
export async function hasMigrator(tools: DoctorTools): Promise<boolean> {
  const [[there] = []] = await askDatabase(
    tools,
    "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mitra_migrator')",
  )
  return there === 't'
}

/** A server runs with a password that the workspace does not hold. */
export async function isPasswordLost(name: string, tools: DoctorTools): Promise<boolean> {
  return (await (await tools.secrets()).get(name)) === undefined
}
