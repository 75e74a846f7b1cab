import type {Check} from '../check.js'

export const temporaryPrograms: Check = {
  id: 'temp.programs',
  subject: 'Programs in the temporary folder',
  async look(tools) {
    const host = await tools.host()
    const path = host.temporaryFolder
    if ((await host.runsPrograms(path)) !== false) {
      return {state: 'ok', title: `${path} is not mounted noexec`}
    }
    return {
      state: 'warning',
      title: `${path} is mounted noexec`,
      cause: 'Installers that unpack and run programs there fail, pip and npm among them.',
      fix: ['export TMPDIR="$HOME/tmp" (after mkdir -p "$HOME/tmp")'],
    }
  },
}
