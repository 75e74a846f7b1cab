import type {CommitRules, HookFile, WorkTrees} from '../ports/work-trees.js'
import type {Once} from './once.js'

/** What the Git workflow is made and checked with. */
export interface GitTools {
  readonly workTrees: () => Promise<WorkTrees>
  readonly hookFile: () => Promise<HookFile>
  readonly commitRules: (folder: string) => Promise<CommitRules>
}

export function gitTools(once: Once): GitTools {
  return {
    workTrees: once(async () => {
      const {GitWorkTrees} = await import('../adapters/git/git-work-trees.js')
      return new GitWorkTrees()
    }),
    hookFile: once(async () => (await import('../config/hook-file.js')).yamlHookFile),
    commitRules: async (folder) => {
      const {Commitlint} = await import('../adapters/commit-rules/commitlint.js')
      return Commitlint.open(folder)
    },
  }
}
