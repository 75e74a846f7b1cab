import type {Check} from '../check.js'

const changing =
  /(?:^|\s)(--require|-r|--import|--(?:experimental-)?loader|--inspect[\w-]*|--preserve-symlinks)(?=[\s=]|$)/g

export const nodeOptions: Check = {
  id: 'node.options',
  subject: 'NODE_OPTIONS',
  async look(tools) {
    const value = (await tools.host()).variables.get('NODE_OPTIONS')
    if (value === undefined || value === '') return {state: 'ok', title: 'NODE_OPTIONS is not set'}
    const found = [...value.matchAll(changing)].map(([, option = '']) => option)
    if (found.length === 0) return {state: 'ok', title: 'NODE_OPTIONS loads no other code'}
    return {
      state: 'warning',
      title: `NODE_OPTIONS has ${found.join(', ')}`,
      cause: 'Every Node program, mitra too, loads other code or opens a port for debuggers.',
      fix: ['unset NODE_OPTIONS'],
    }
  },
}
