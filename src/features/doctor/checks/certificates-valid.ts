import type {Check} from '../check.js'

const few = 5

export const certificatesValid: Check = {
  id: 'certificates.valid',
  subject: 'What NODE_EXTRA_CA_CERTS holds',
  async look(tools) {
    const host = await tools.host()
    const path = host.variables.get('NODE_EXTRA_CA_CERTS')
    if (path === undefined || path === '') return {state: 'ok', title: 'No extra certificates'}
    const file = await host.certificates(path)
    if (file === undefined) {
      return {state: 'skipped', title: 'Nothing to read', cause: 'See node.extra-ca.'}
    }
    const {count, expired} = file
    const fix = ['Ask whoever runs the proxy for its present certificate.']
    if (count === 0) {
      const title = `${path} holds no certificate`
      return {state: 'warning', title, cause: 'It has to be PEM text.', fix}
    }
    // A bundle of a whole system holds old ones.
    if (expired.length === 0 || (count > few && expired.length < count)) {
      return {state: 'ok', title: `${count} extra certificates`}
    }
    return {
      state: 'warning',
      title: `Ran out: ${expired.map((name) => name.replaceAll('\n', ', ')).join('; ')}`,
      cause: `It is in ${path}; Node refuses what it signed.`,
      fix,
    }
  },
}
