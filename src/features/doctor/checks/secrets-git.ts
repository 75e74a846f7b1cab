import type {Check} from '../check.js'

export const secretsGit: Check = {
  id: 'secrets.git',
  subject: 'Whether git would take the passwords',
  need: 'workspace',
  async look(tools) {
    const {layout} = await tools.workspace()
    const state = await (await tools.git()).fileState(`${layout.state}/secrets.json`)
    if (state === undefined) return {state: 'ok', title: 'No git repository'}
    if (state.isTracked) {
      return {
        state: 'failed',
        title: 'git keeps .mitra/secrets.json',
        cause: 'It was committed or added: whoever has the repository has the passwords.',
        fix: [
          'git rm --cached .mitra/secrets.json',
          'Then change the passwords: they are in the history.',
        ],
      }
    }
    if (state.isIgnored) return {state: 'ok', title: 'git ignores them'}
    return {
      state: 'warning',
      title: 'git does not ignore .mitra',
      cause: 'The next git add takes the passwords too.',
      fix: ['Put the line * into .mitra/.gitignore.'],
      repairs: [{kind: 'line', path: `${layout.state}/.gitignore`, line: '*'}],
    }
  },
}
