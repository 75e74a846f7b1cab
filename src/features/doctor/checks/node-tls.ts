import type {Check} from '../check.js'

export const nodeTls: Check = {
  id: 'node.tls',
  subject: 'Whether Node checks certificates',
  async look(tools) {
    const value = (await tools.host()).variables.get('NODE_TLS_REJECT_UNAUTHORIZED')
    if (value !== '0') return {state: 'ok', title: 'Node checks certificates'}
    return {
      state: 'failed',
      title: 'NODE_TLS_REJECT_UNAUTHORIZED is 0',
      cause: 'Node takes any certificate: whoever is on the way can read what is sent to AWS.',
      fix: [
        'unset NODE_TLS_REJECT_UNAUTHORIZED',
        'Name the certificate of a proxy in NODE_EXTRA_CA_CERTS.',
      ],
    }
  },
}
