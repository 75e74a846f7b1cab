import type {Check} from '../check.js'

export const environmentFiles: Check = {
  id: 'env.files',
  subject: 'The .env files',
  need: 'workspace',
  async look(tools) {
    const {files, problems} = await tools.environmentProblems()
    if (files.length === 0) return {state: 'ok', title: 'There are no .env files'}
    const [first, ...more] = problems
    if (first === undefined) return {state: 'ok', title: `${files.join(', ')} hold the schema`}
    return {
      state: 'warning',
      title: `${first.where}: ${first.what}${more.length === 0 ? '' : `, and ${more.length} more`}`,
      cause: 'By env.schema.yml. The program that reads the file fails at its start, or later.',
      fix: [first.fix, 'mitra env check'],
    }
  },
}
