import type {Check} from '../check.js'

export const dockerNamed: Check = {
  id: 'docker.named',
  subject: 'The docker daemon that variables name',
  async look(tools) {
    const {variables} = await tools.host()
    const name = ['DOCKER_HOST', 'DOCKER_CONTEXT'].find((one) => Boolean(variables.get(one)))
    if (name === undefined) return {state: 'ok', title: 'No variable names one'}
    const found = await tools.docker()
    if ('how' in found) return {state: 'ok', title: `${name}: ${found.how}`}
    return {
      state: 'warning',
      title: `${name} is set, but ${found.why}`,
      cause: 'The docker client and mitra look nowhere else while it is set.',
      fix: [`Start that daemon, or: unset ${name}`],
    }
  },
}
