import type {Check, DoctorTools} from '../check.js'
import type {Repair} from '../repair.js'

export const environmentFiles: Check = {
  id: 'env.files',
  subject: 'The .env files',
  need: 'workspace',
  async look(tools) {
    const {files, problems} = await tools.environmentProblems()
    if (files.length === 0) return {state: 'ok', title: 'There are no .env files'}
    const [first, ...more] = problems
    if (first === undefined) {
      const fits = files.length === 1 ? 'fits' : 'fit'
      return {state: 'ok', title: `${files.join(', ')} ${fits} env.schema.yml`}
    }
    return {
      state: 'warning',
      title: `${first.where}: ${first.what}${more.length === 0 ? '' : `, and ${more.length} more`}`,
      cause: 'By env.schema.yml. The program that reads the file fails at its start, or later.',
      fix: [first.fix, 'mitra env check'],
      repairs: await repairsOf(problems, tools),
    }
  },
}

/** What a variable has to be is a person's to say; who may read the file is not. */
async function repairsOf(
  problems: Awaited<ReturnType<DoctorTools['environmentProblems']>>['problems'],
  tools: DoctorTools,
): Promise<readonly Repair[]> {
  const {root} = (await tools.workspace()).layout
  return problems.flatMap(({rule, where}): readonly Repair[] => {
    if (rule === 'permissions') return [{kind: 'mode', path: `${root}/${where}`, mode: 0o600}]
    return rule === 'not-ignored' ? [{kind: 'line', path: `${root}/.gitignore`, line: where}] : []
  })
}
