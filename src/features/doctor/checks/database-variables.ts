import type {Check} from '../check.js'

export const databaseVariables: Check = {
  id: 'database.variables',
  subject: 'Variables that every client of Postgres reads',
  async look(tools) {
    const {variables} = await tools.host()
    const sslMode = variables.get('PGSSLMODE') ?? ''
    if (!/^(require|verify-ca|verify-full)$/.test(sslMode)) {
      return {state: 'ok', title: 'None stands in the way'}
    }
    return {
      state: 'failed',
      title: `PGSSLMODE is ${sslMode}`,
      cause: 'The Postgres of a workspace is on loopback and has no TLS: no client gets in.',
      fix: ['unset PGSSLMODE'],
    }
  },
}
