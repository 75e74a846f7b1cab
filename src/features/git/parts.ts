import type {WorkTrees, Repository} from '../../ports/work-trees.js'
import {textOf} from './names.js'
import type {RepositoryParts} from './workflow.js'

/** What of the platform a repository holds: at its root, or in the folders of a workspace. */
export async function observeParts(
  repository: Repository,
  workTrees: WorkTrees,
): Promise<RepositoryParts> {
  const folderWith = async (folder: string, file: string) => {
    // One that is a repository of its own is checked there.
    const paths = [file, `${folder}/${file}`, `${folder}/.git`]
    const found = new Set(await workTrees.present(repository, paths))
    if (found.has(file)) return '.'
    return found.has(`${folder}/${file}`) && !found.has(`${folder}/.git`) ? folder : undefined
  }
  const backend = await folderWith('python-backend', 'requirements.txt')
  const app = await folderWith('flutter-app', 'pubspec.yaml')
  const dev = await textIn(`${backend ?? '.'}/requirements-dev.txt`)
  const plain = await textIn(`${backend ?? '.'}/requirements.txt`)
  const [shared] = await workTrees.present(repository, ['database/shared'])
  return {
    backend,
    app,
    hasDatabase: shared !== undefined,
    requirements: `${plain ?? ''}\n${dev ?? ''}`,
    hasDevRequirements: dev !== undefined,
  }

  async function textIn(path: string): Promise<string | undefined> {
    const found = await workTrees.read(`${repository.root}/${path}`)
    return found === undefined ? undefined : textOf(found)
  }
}
