import type {Check, Finding} from '../check.js'

const forOthers = 0o077

export const secretsPermissions: Check = {
  id: 'secrets.permissions',
  subject: 'Who can read the passwords',
  need: 'workspace',
  async look(tools) {
    const {layout} = await tools.workspace()
    const machine = await tools.machine()
    const ofFolder = await machine.permissions(layout.state)
    if (ofFolder !== undefined && (ofFolder.mode & forOthers) !== 0) {
      return openFolder(layout.state, ofFolder.mode)
    }
    // Refused where the file is open to others or no JSON: whatever reads a password says the same.
    const {length} = await (await tools.secrets()).names()
    if (length === 0) return {state: 'ok', title: 'No passwords were made yet'}
    return {state: 'ok', title: `${length} passwords, readable by you alone`}
  },
}

function openFolder(path: string, mode: number): Finding {
  return {
    state: 'failed',
    title: `${path} is open to others`,
    cause: `Its mode is ${mode.toString(8).padStart(3, '0')}, not 700.`,
    fix: [`chmod 700 '${path}'`],
  }
}
