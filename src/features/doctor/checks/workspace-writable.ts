import type {Check} from '../check.js'

export const workspaceWritable: Check = {
  id: 'workspace.writable',
  subject: 'The folders of the workspace',
  need: 'workspace',
  async look(tools) {
    const {layout} = await tools.workspace()
    const machine = await tools.machine()
    for (const folder of [layout.root, layout.state]) {
      const permissions = await machine.permissions(folder)
      if (permissions !== undefined && !permissions.isWritable) {
        return {
          state: 'failed',
          title: `${folder} cannot be written to`,
          cause: permissions.isOwn
            ? 'It is yours, but its mode does not let you write.'
            : 'It belongs to another user: was mitra run with sudo here?',
          fix: [
            permissions.isOwn ? `chmod u+rwx '${folder}'` : `sudo chown -R "$(id -un)" '${folder}'`,
          ],
        }
      }
    }
    return {state: 'ok', title: `${layout.root} can be written to`}
  },
}
