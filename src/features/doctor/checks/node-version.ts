import type {Check} from '../check.js'

const oldest = [20, 19] as const

export const nodeVersion: Check = {
  id: 'node.version',
  subject: 'Node.js',
  async look(tools) {
    const {nodeVersion: version} = await tools.machine()
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const isNew = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
    if (isNew) return {state: 'ok', title: `Node ${version}`}
    return {
      state: 'failed',
      title: `Node ${version}`,
      cause: `mitra needs Node ${oldest.join('.')} or later.`,
      fix: ['Install the current Node 20, 22 or 24.'],
      link: 'https://nodejs.org/en/download',
    }
  },
}
