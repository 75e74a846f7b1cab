import type {Check} from '../check.js'

const loopback = /^(127\.\d+\.\d+\.\d+|::1)$/

export const localhostName: Check = {
  id: 'dns.localhost',
  subject: 'The name localhost',
  async look(tools) {
    const addresses = await (await tools.network()).addressesOf('localhost')
    const fix = ['Put this line into /etc/hosts: 127.0.0.1 localhost']
    if (addresses.length === 0) {
      return {
        state: 'failed',
        title: 'localhost has no address',
        cause:
          'Neither /etc/hosts nor the resolver knows it, so programs that use it do not connect.',
        fix,
      }
    }
    const foreign = addresses.filter((address) => !loopback.test(address))
    if (foreign.length === 0) return {state: 'ok', title: `localhost is ${addresses.join(', ')}`}
    return {
      state: 'failed',
      title: `localhost is ${foreign.join(', ')}`,
      cause: 'That is not this machine: what is sent to localhost goes elsewhere.',
      fix,
    }
  },
}
