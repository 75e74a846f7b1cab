import {MitraError} from '../../errors.js'
import type {Parameters} from '../../ports/parameters.js'
import type {EnvironmentProblem, FoundEnvironment} from './check.js'
import {readDotenv} from './dotenv.js'
import {asReference} from './references.js'

/** The references that AWS does not give a value for, each with AWS's reason. */
export async function unreadableReferences(
  {environment, file, text}: FoundEnvironment,
  parameters: Parameters,
): Promise<readonly EnvironmentProblem[]> {
  const {entries} = readDotenv(text ?? '')
  const problems = await Promise.all(
    entries.map(async ({name, value, line}) => {
      const reference = asReference(value)
      if (reference === undefined) return []
      try {
        await parameters.read(reference)
        return []
      } catch (error) {
        if (!(error instanceof MitraError)) throw error
        const problem = {environment, variable: name, where: `${file}:${line}`}
        const [fix = ''] = error.hints
        return [{...problem, rule: 'unreadable', what: error.message, fix}]
      }
    }),
  )
  return problems.flat()
}
