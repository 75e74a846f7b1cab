import {branchPattern} from './branch-names.js'

/** What of the platform lies in a repository, and how it is checked. */
export interface RepositoryParts {
  /** The backend's folder below the repository's root, `.` for the root; undefined without one. */
  readonly backend: string | undefined
  readonly app: string | undefined
  /** The migrations are in the repository too. */
  readonly hasDatabase: boolean
  /** Of the backend's requirements files, all of them. */
  readonly requirements: string
  readonly hasDevRequirements: boolean
}

/** commitlint for CI: the version that mitra brings. */
export const commitlintVersion = '20.5.3'

/** The checks of a pull request, put together from templates. */
export function workflowText(
  parts: RepositoryParts,
  templates: ReadonlyMap<string, string>,
): string {
  const piece = (name: string) => templates.get(`git/workflow/${name}.yml`) ?? ''
  const backend = parts.backend === undefined ? [] : backendPieces(parts, piece)
  const app = parts.app === undefined ? [] : [filled(piece('app'), {folder: parts.app})]
  const head = filled(piece('head'), {pattern: branchPattern, commitlint: commitlintVersion})
  return [head, ...backend, ...app].join('')
}

function backendPieces(
  {backend = '.', requirements, hasDevRequirements, hasDatabase}: RepositoryParts,
  piece: (name: string) => string,
): readonly string[] {
  const isRuff = /^ruff\b/m.test(requirements)
  const lint = isRuff
    ? ['ruff check .', 'ruff format --check .']
    : ['black --check .', 'flake8 --extend-exclude .venv .']
  const extra = [
    ...(isRuff ? [] : ['black==26.10.1', 'flake8==7.5.0']),
    ...(/^pytest\b/m.test(requirements) ? [] : ['pytest==9.2.0']),
  ]
  const file = hasDevRequirements ? 'requirements-dev.txt' : 'requirements.txt'
  const values = {
    folder: backend,
    root: '${{ github.workspace }}',
    requirements: [`--requirement ${file}`, ...extra].join(' '),
    lint: lint.map((line) => `          ${line}`).join('\n'),
  }
  return [
    piece('backend'),
    ...(hasDatabase ? [piece('database')] : []),
    ...(/^boto3\b/m.test(requirements) ? [piece('bucket')] : []),
    piece('tests'),
  ].map((text) => filled(text, values))
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/(?<!\$)\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole)
}
