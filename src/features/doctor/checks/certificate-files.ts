import type {Check} from '../check.js'

const names = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'AWS_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
]

export const certificateFiles: Check = {
  id: 'certificates.files',
  subject: 'Certificates of other programs',
  async look(tools) {
    const host = await tools.host()
    const set = names.flatMap((name) => {
      const path = host.variables.get(name)
      return path === undefined || path === '' ? [] : [{name, path}]
    })
    const looked = await Promise.all(
      set.map(async (one) => ({...one, place: await host.place(one.path)})),
    )
    const missing = looked.filter(({place}) => place === undefined)
    if (missing.length === 0) {
      return {
        state: 'ok',
        title: set.length === 0 ? 'None are named' : 'All that are named are there',
      }
    }
    return {
      state: 'failed',
      title: missing.map(({name, path}) => `${name} names ${path}, which is not there`).join('; '),
      cause: 'Programs that read it trust nobody, so every download of theirs fails.',
      fix: missing.map(({name}) => `unset ${name}`),
    }
  },
}
