import type {EnvironmentSchema} from '../ports/environments.js'
import type {Folders} from '../ports/folders.js'
import type {Git} from '../ports/git.js'
import type {Parameters} from '../ports/parameters.js'
import type {Repositories} from '../ports/repositories.js'
import type {Once} from './once.js'
import type {Tools} from './tools.js'

/** What the platform's own programs are told. */
export interface EnvironmentTools {
  readonly git: () => Promise<Git>
  readonly repositories: () => Promise<Repositories>
  readonly folders: () => Promise<Folders>
  /** env.schema.yml of the workspace, or the one that `env init` would write. */
  readonly environmentSchema: () => Promise<EnvironmentSchema>
  readonly parameters: () => Promise<Parameters>
}

export function environmentTools(tools: () => Tools, once: Once): EnvironmentTools {
  const opened = () => import('./open-environments.js')
  return {
    git: once(async () => new (await import('../adapters/git/cli-git.js')).CliGit()),
    repositories: once(
      async () => new (await import('../adapters/git/cli-repositories.js')).CliRepositories(),
    ),
    folders: once(
      async () =>
        new (await import('../adapters/files/disk-project-folders.js')).DiskProjectFolders(),
    ),
    environmentSchema: once(async () => (await opened()).openEnvironmentSchema(tools())),
    parameters: once(async () => {
      const {config} = await tools().prospect()
      return (await opened()).openParameters(config)
    }),
  }
}
