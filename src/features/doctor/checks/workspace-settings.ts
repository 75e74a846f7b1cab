import {isOutside, noWorkspaceHere} from '../obstacles.js'
import type {Check} from '../check.js'

export const workspaceSettings: Check = {
  id: 'workspace.settings',
  subject: 'mitra.yml',
  async look(tools) {
    try {
      const {layout} = await tools.workspace()
      return {state: 'ok', title: `mitra.yml of ${layout.root}`}
    } catch (error) {
      if (!isOutside(error)) throw error
      return {
        state: 'skipped',
        title: 'No workspace here: only the machine was looked at',
        cause: noWorkspaceHere,
        fix: ['mitra setup'],
      }
    }
  },
}
