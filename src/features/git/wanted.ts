import type {HookFile, WorkTrees, Repository} from '../../ports/work-trees.js'
import {textOf} from './names.js'
import {workflowText, type RepositoryParts} from './workflow.js'

/** What the Git workflow wants in a repository: its whole text, or why it stays as it is. */
export interface WantedGitFile {
  /** Below the root. */
  readonly path: string
  readonly text: string
  readonly mode: number
  /** It holds what others wrote too: ours was added to theirs. */
  readonly isMerged: boolean
  /** Something else does its work, or our part of it says something else. */
  readonly kept: string | undefined
}

export interface WantTools {
  readonly workTrees: WorkTrees
  readonly hookFile: HookFile
  readonly templates: ReadonlyMap<string, string>
  readonly isReplacing: boolean
}

const commitlintFiles = [
  ...['', '.json', '.yaml', '.js', '.cjs', '.mjs', '.ts', '.cts'].map(
    (end) => `.commitlintrc${end}`,
  ),
  ...['.js', '.cjs', '.mjs', '.ts', '.cts'].map((end) => `commitlint.config${end}`),
]

const pullRequestFiles = ['', 'docs/', '.github/'].flatMap((folder) =>
  ['pull_request_template', 'PULL_REQUEST_TEMPLATE'].flatMap((name) => [
    `${folder}${name}.md`,
    `${folder}${name}`,
  ]),
)

const hookFiles = ['', '.', '.config/'].flatMap((start) =>
  ['yml', 'yaml', 'toml', 'json', 'jsonc'].map((end) => `${start}lefthook.${end}`),
)

/** In the order they are written: a hook that is installed finds all it needs. */
export async function wantedGitFiles(
  repository: Repository,
  parts: RepositoryParts,
  tools: WantTools,
): Promise<readonly WantedGitFile[]> {
  const text = (name: string) => tools.templates.get(`git/${name}`) ?? ''
  return [
    await orTheirs('.commitlintrc.yml', 'commitlintrc.yml', commitlintFiles, repository, tools),
    // lefthook makes its scripts executable; git would see a change.
    plain('.lefthook/mitra.sh', text('mitra.sh')),
    plain('.lefthook/pre-push/branch.sh', text('branch.sh'), 0o755),
    await wantedHookFile(repository, tools),
    await orTheirs(
      '.github/pull_request_template.md',
      'pull_request_template.md',
      pullRequestFiles,
      repository,
      tools,
    ),
    plain('.github/workflows/pull-request.yml', workflowText(parts, tools.templates)),
  ]
}

function plain(path: string, text: string, mode = 0o644): WantedGitFile {
  return {path, text, mode, isMerged: false, kept: undefined}
}

/** One file of a kind is enough: theirs, wherever it lies. */
async function orTheirs(
  path: string,
  template: string,
  names: readonly string[],
  repository: Repository,
  {workTrees, templates}: WantTools,
): Promise<WantedGitFile> {
  const others = names.filter((name) => name !== path)
  const [theirs] = await workTrees.present(repository, others)
  const isOurs = (await workTrees.present(repository, [path])).length > 0
  const ours = plain(path, templates.get(`git/${template}`) ?? '')
  if (theirs === undefined || isOurs) return ours
  return {...ours, path: theirs, kept: 'the repository has its own'}
}

async function wantedHookFile(
  repository: Repository,
  {workTrees, hookFile, templates, isReplacing}: WantTools,
): Promise<WantedGitFile> {
  const [there] = await workTrees.present(repository, hookFiles)
  const path = there ?? 'lefthook.yml'
  const ours = templates.get('git/lefthook.yml') ?? ''
  const full = `${repository.root}/${path}`
  const found = await workTrees.read(full)
  const now = found === undefined ? undefined : textOf(found)
  if (!/\.ya?ml$/.test(path)) {
    const kept = 'it is no YAML: only YAML can be added to'
    return {path, text: now ?? '', mode: 0o644, isMerged: true, kept}
  }
  const {text, changed} = hookFile.withOurs(full, now, ours, isReplacing)
  const kept = changed.length === 0 ? undefined : `${changed.join(', ')} says something else`
  return {path, text, mode: 0o644, isMerged: true, kept}
}
