import type {Check} from '../check.js'

// Node 22 reads the bundle when a connection needs it, Node 20 at every start.
const firstLazyMajor = 22

export const extraCertificates: Check = {
  id: 'node.extra-ca',
  subject: 'Extra certificates of Node',
  async look(tools) {
    const machine = await tools.machine()
    const extra = await machine.extraCertificates()
    if (extra === undefined) return {state: 'ok', title: 'No NODE_EXTRA_CA_CERTS to read'}
    const title = `NODE_EXTRA_CA_CERTS is ${extra.path}`
    if (!extra.isReadable) {
      return {
        state: 'warning',
        title,
        cause: 'That file cannot be read: Node warns and goes on without it.',
        fix: ['Name a file that is there, or unset NODE_EXTRA_CA_CERTS.'],
      }
    }
    const isLazy = Number(machine.nodeVersion.split('.')[0]) >= firstLazyMajor
    return {state: 'ok', title: isLazy ? title : `${title} (about 50 ms at every start of Node 20)`}
  },
}
