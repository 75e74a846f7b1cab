import type {Check, Finding} from '../check.js'

const forOthers = 0o077

export const secretsPermissions: Check = {
  id: 'secrets.permissions',
  subject: 'Who can read the passwords',
  need: 'workspace',
  async look(tools) {
    const {layout} = await tools.workspace()
    const machine = await tools.machine()
    const file = `${layout.state}/secrets.json`
    const ofFolder = await machine.permissions(layout.state)
    const ofFile = await machine.permissions(file)
    if (ofFolder !== undefined && (ofFolder.mode & forOthers) !== 0) {
      return open(layout.state, ofFolder.mode, '700')
    }
    if (ofFile === undefined) return {state: 'ok', title: 'No passwords were made yet'}
    if ((ofFile.mode & forOthers) !== 0) return open(file, ofFile.mode, '600')
    // Reading them finds a file that is no JSON; the error never quotes it.
    const {length} = await (await tools.secrets()).names()
    return {state: 'ok', title: `${length} passwords, readable by you alone`}
  },
}

function open(path: string, mode: number, wanted: string): Finding {
  return {
    state: 'failed',
    title: `${path} is open to others`,
    cause: `Its mode is ${mode.toString(8).padStart(3, '0')}, not ${wanted}.`,
    fix: [`chmod ${wanted} '${path}'`],
  }
}
