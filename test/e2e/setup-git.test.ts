import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {requirement} from '../support/requirements.js'
import {checkedJson} from '../support/run.js'
import {ScratchRepository} from '../support/scratch-repository.js'
import {portsOf, removeWorkspace} from '../support/workspace.js'

const hasVenv = await requirement('python3-venv', async () => {
  const {runProgram} = await import('../../src/adapters/process/run.js')
  return (await runProgram('python3', ['-c', 'import ensurepip'])).code === 0
})

// No tool of the machine is touched.
const toolchain = `machine: {memoryGb: 8, diskGb: 256, macos: '12'}
tools:
  - id: git
    title: Git
    profiles: [backend, mobile, full]
    detect: {programs: [git], arguments: [--version], pattern: 'git version (\\d+(?:\\.\\d+)*)'}
`
const env = {...portsOf(25_960), MITRA_ENGINE: 'native'}

interface SetupResult {
  readonly plan: readonly {readonly id: string}[]
  readonly later: readonly string[]
  readonly followUps: readonly {readonly tool: string; readonly title: string}[]
}

let scratch: ScratchRepository

beforeEach(async () => {
  scratch = await ScratchRepository.make()
  writeFileSync(join(scratch.root, 'toolchain.yml'), toolchain)
})

afterEach(async () => {
  await removeWorkspace({cwd: scratch.root, env: {...scratch.environment, ...env}})
  rmSync(scratch.home, {recursive: true, force: true})
})

async function setup(...flags: readonly string[]): Promise<SetupResult> {
  const words = ['setup', ...flags, '--json']
  const {stdout, stderr} = await scratch.mitra(words, env)
  if (stdout === '' || stdout.includes('"error"')) throw new Error(stdout + stderr)
  return checkedJson(stdout, 'setup') as SetupResult
}

const gitSteps = ({plan}: SetupResult) =>
  plan.map(({id}) => id).filter((id) => id.startsWith('git.'))

/** It answers everything, so that the backend counts as serving. */
const uvicorn = `import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
`

/** The backend as a teammate pushed it, with the Git workflow in it. */
async function pushedBackend(): Promise<string> {
  const backend = join(scratch.root, 'python-backend')
  scratch.write('python-backend/main.py', '')
  scratch.write('python-backend/requirements.txt', '# none\n')
  scratch.write('python-backend/.gitignore', '.venv/\n__pycache__/\n')
  scratch.write('python-backend/uvicorn/__main__.py', uvicorn)
  scratch.git(['init', backend])
  await scratch.init('--repository', backend)
  scratch.git(['add', '--all'], backend)
  scratch.git(['commit', '-m', 'feat: begin'], backend)
  const origin = join(scratch.home, 'origin.git')
  scratch.git(['clone', '--bare', backend, origin])
  rmSync(backend, {recursive: true})
  return origin
}

test.runIf(hasVenv)(
  'setup installs the hooks of a backend that it clones, has nothing to do again, and takes all back',
  {timeout: 300_000},
  async () => {
    const origin = await pushedBackend()
    scratch.write('mitra.yml', `repositories:\n  backend: ${JSON.stringify(origin)}\n`)
    const flags = ['--profile', 'backend']

    const planned = await setup(...flags, '--plan')
    const first = await setup(...flags, '--yes')
    const second = await setup(...flags, '--plan')
    const without = await setup(...flags, '--no-hooks', '--plan')
    const backend = join(scratch.root, 'python-backend')
    const bad = scratch.git(['commit', '--allow-empty', '-m', 'Added login'], backend)
    const status = scratch.git(['status', '--porcelain'], backend)
    const undone = await scratch.mitra(['setup', '--undo', '--yes'], env)

    expect(planned.later).toContain('the Git hooks of python-backend, once it is cloned')
    expect(gitSteps(first)).toEqual(['git.hooks.python-backend'])
    expect(second.plan).toEqual([])
    expect(without.plan).toEqual([])
    expect(bad.out).toContain('does not begin with a type')
    expect(status.stdout).toBe('')
    expect(undone.code).toBe(0)
    expect(Object.keys(scratch.files()).filter((path) => path.includes('backend'))).toEqual([])
  },
)

test(
  'setup writes no file into a repository without the workflow, and says what to do',
  {
    timeout: 120_000,
  },
  async () => {
    scratch.git(['init'])

    const {plan, followUps} = await setup('--profile', 'mobile', '--plan')

    expect(plan.filter(({id}) => id.startsWith('git.'))).toEqual([])
    expect(followUps).toContainEqual({
      tool: 'git',
      title: 'The Git workflow of the workspace',
      todo: 'mitra git init, then commit its files.',
    })
  },
)
