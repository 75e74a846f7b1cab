import type {Check} from '../check.js'

const kept = ['mitra.yml', '.mitra', '.mitra/secrets.json', '.mitra/memory.json', '.mitra/journal']

export const workspaceOwner: Check = {
  id: 'workspace.owner',
  subject: 'Who owns the files of the workspace',
  need: 'workspace',
  async look(tools) {
    const {layout} = await tools.workspace()
    const host = await tools.host()
    const root = await host.place(layout.root)
    const places = await Promise.all(
      kept.map(async (name) => ({name, place: await host.place(`${layout.root}/${name}`)})),
    )
    const foreign = places.filter(({place}) => place !== undefined && place.userId !== root?.userId)
    if (foreign.length === 0) return {state: 'ok', title: 'All belong to one user'}
    return {
      state: 'warning',
      title: `Not of the user who owns ${layout.root}: ${foreign.map(({name}) => name).join(', ')}`,
      cause: 'mitra was run by another user here, with sudo perhaps.',
      fix: [`sudo chown -R "$(id -un)" '${layout.root}/.mitra' '${layout.root}/mitra.yml'`],
    }
  },
}
