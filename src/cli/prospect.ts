import {randomBytes} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {loadConfig, type Overrides} from '../config/load.js'
import {findWorkspace, newWorkspaceFolder, settingsFileName} from '../config/locate.js'
import type {WorkspaceLayout} from '../ports/workspace.js'
import type {Workspace} from './tools.js'

export const identityFile = 'workspace.json'

/** The workspace that the process stands in, or the one that `init` would make. */
export async function openProspect(overrides: Overrides): Promise<Workspace> {
  const cwd = process.cwd()
  const found = await findWorkspace(cwd, process.env)
  const root = found ?? (await newWorkspaceFolder(cwd, process.env))
  const state = join(root, '.mitra')
  const file = found === undefined ? undefined : join(root, settingsFileName)
  const [id, config] = await Promise.all([
    readIdentity(join(state, identityFile)),
    loadConfig(file, process.env, overrides),
  ])
  const layout = {root, state, id: id ?? randomBytes(6).toString('hex')}
  return {
    layout,
    config,
    isNew: found === undefined || id === undefined,
    hasSettings: found !== undefined,
  }
}

/** Another mitra has made the workspace since it was looked for: its identity is the one in force. */
export async function isMadeByAnother({state, id}: WorkspaceLayout): Promise<boolean> {
  const written = await readIdentity(join(state, identityFile))
  return written !== undefined && written !== id
}

async function readIdentity(path: string): Promise<string | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof parsed !== 'object' || parsed === null || !('id' in parsed)) return undefined
    return typeof parsed.id === 'string' && /^[0-9a-f]{12}$/.test(parsed.id) ? parsed.id : undefined
  } catch {
    return undefined
  }
}
