import {planEnvironmentInit, type EnvironmentInitPlan} from '../features/environments/init.js'
import {planEnvironmentRecord, type EnvironmentRecordPlan} from '../features/environments/record.js'
import {planSchemaFile} from '../features/environments/schema-file.js'
import {planProject, type BackendPlan} from '../features/projects/backend.js'
import {cutOffRun, isUnrecorded, unrecordedFiles} from '../features/projects/cut-off.js'
import {planPubGet, type PubGetPlan} from '../features/projects/pub-get.js'
import {
  planClone,
  projects,
  type ClonePlan,
  type ProjectName,
} from '../features/projects/repository.js'
import type {FollowUp} from '../features/toolchain/follow-ups.js'
import {
  planWorkspaceFiles,
  wantedBackendFiles,
  type WorkspaceFilesPlan,
} from '../features/workspace/init.js'
import {codeOf, messageOf} from '../errors.js'
import type {JournalRun, Step} from '../ports/journal.js'
import type {ToolchainProfile} from '../ports/toolchain.js'
import type {Tools} from './tools.js'

export interface BackendWork {
  readonly clone: ClonePlan
  readonly generated: WorkspaceFilesPlan
  readonly venv: BackendPlan
  readonly schemaFile: Awaited<ReturnType<typeof planSchemaFile>>
  readonly environment: EnvironmentInitPlan
  readonly record: EnvironmentRecordPlan | undefined
}

export interface AppWork {
  readonly clone: ClonePlan
  readonly packages: PubGetPlan
}

/** The programs of the platform, made ready to be run. */
export interface ProjectsPlan {
  readonly steps: readonly Step[]
  readonly followUps: readonly FollowUp[]
  readonly backend: BackendWork | undefined
  readonly app: AppWork | undefined
}

/** What the toolchain's part of the same plan says of the tools. */
interface ToolsAhead {
  readonly steps: readonly Step[]
  readonly followUps: readonly FollowUp[]
}

const nothing = {steps: [], followUps: [], work: undefined}

/** Looks at python-backend/ and flutter-app/ and plans what the profile's are lacking. */
export async function planProjects(
  tools: Tools,
  profile: ToolchainProfile,
  ahead: ToolsAhead,
): Promise<ProjectsPlan> {
  const runs = await (await tools.journal()).runs()
  const backend = profile === 'mobile' ? nothing : await planBackend(tools, runs, ahead)
  const app = profile === 'backend' ? nothing : await planAppFolder(tools, runs, ahead)
  const followUps = [...backend.followUps, ...app.followUps]
  const plan: ProjectsPlan = {
    steps: app.steps,
    followUps,
    backend: backend.work,
    app: app.work,
  }
  return {...plan, steps: [...backendSteps(plan), ...app.steps]}
}

/** The steps that make the backend ready. */
export function backendSteps({backend}: ProjectsPlan): readonly Step[] {
  if (backend === undefined) return []
  const {clone, generated, venv, schemaFile, environment, record} = backend
  const made = [clone.step, ...generated.steps, ...venv.steps, ...schemaFile.steps]
  return [...made, ...environment.steps, ...(record?.steps ?? [])].filter(
    (step) => step !== undefined,
  )
}

async function planBackend(tools: Tools, runs: readonly JournalRun[], ahead: ToolsAhead) {
  const clone = await cloneOf('backend', tools, runs)
  if (clone.state === 'comes' && isLacking('git', ahead)) return withoutTool('backend', 'Git')
  const generated = await planGenerated(tools, clone, runs)
  const {layout} = await tools.prospect()
  const parts = {files: await tools.files(), programs: await tools.programs()}
  const isComing = clone.state !== 'there'
  const isPythonComing = comes('python', ahead)
  try {
    const venv = await planProject(layout.root, parts, {isComing, isPythonComing, runs})
    const settings = await planSettings(tools, runs)
    return {...nothing, work: {clone, generated, venv, ...settings}}
  } catch (error) {
    // The rest of the machine is set up all the same.
    if (!['NO_BACKEND', 'NO_VENV', 'PYTHON_TOO_OLD'].includes(codeOf(error) ?? '')) throw error
    return {...nothing, followUps: [followUpOf('backend', messageOf(error))]}
  }
}

async function planAppFolder(tools: Tools, runs: readonly JournalRun[], ahead: ToolsAhead) {
  const clone = await cloneOf('app', tools, runs)
  if (clone.state === 'comes' && isLacking('git', ahead)) return withoutTool('app', 'Git')
  if (clone.state === 'none') {
    const todo = 'Name its repository in mitra.yml (repositories.app), then run this again.'
    return {...nothing, followUps: [followUpOf('app', todo)]}
  }
  const {layout} = await tools.prospect()
  const cloned = clone.step === undefined ? [] : [clone.step]
  const packages = await planPubGet(layout.root, await tools.files(), clone.state === 'comes')
  if (packages.steps.length === 0 || !isLacking('flutter', ahead)) {
    const steps = [...cloned, ...packages.steps]
    return {...nothing, steps, work: {clone, packages}}
  }
  const {followUps} = withoutTool('app', 'Flutter')
  return {followUps, steps: cloned, work: {clone, packages: {...packages, steps: []}}}
}

async function cloneOf(project: ProjectName, tools: Tools, runs: readonly JournalRun[]) {
  const {layout, config} = await tools.prospect()
  const key = `repositories.${project}` as const
  const where = config.explained.find((entry) => entry.key === key)?.where ?? key
  const wish = {project, root: layout.root, address: config.values[key], where, runs}
  const [folders, repositories] = [await tools.folders(), await tools.repositories()]
  return planClone(wish, {folders, repositories})
}

/** Files of ours only where there is neither a folder nor a repository, or where a run was cut off. */
async function planGenerated(tools: Tools, clone: ClonePlan, runs: readonly JournalRun[]) {
  const isCutOff = isUnrecorded(runs, 'workspace.backend')
  if (clone.state !== 'none' && !(clone.state === 'there' && isCutOff))
    return {steps: [], files: []}
  const {layout} = await tools.prospect()
  const files = await tools.files()
  const wanted = await wantedBackendFiles(await tools.templates(), layout, files)
  return planWorkspaceFiles(wanted, layout, files, unrecordedFiles(runs, ['workspace.backend']))
}

async function planSettings(tools: Tools, runs: readonly JournalRun[]) {
  const {layout} = await tools.prospect()
  const files = await tools.files()
  const template = await (await tools.templates()).read('environments')
  const schemaFile = await planSchemaFile(
    template,
    layout,
    files,
    isUnrecorded(runs, 'workspace.environments'),
  )
  const path = `${layout.root}/.env.local`
  const schema = await tools.environmentSchema()
  const text = await files.read(path)
  const environment = planEnvironmentInit({schema, environment: 'local', path, text})
  const cutOff = cutOffRun(runs, 'environment.file.local')
  const isCutOff = text !== undefined && environment.steps.length === 0
  return {
    schemaFile: {
      ...schemaFile,
      steps: schemaFile.steps.map((step) => writing(step, schemaFile.path)),
    },
    environment: {...environment, steps: environment.steps.map((step) => writing(step, path))},
    record: isCutOff && cutOff !== undefined ? planEnvironmentRecord(path, cutOff.id) : undefined,
  }
}

function writing(step: Step, path: string): Step {
  return {...step, detail: {...step.detail, commands: [], files: [path]}}
}

function comes(tool: string, {steps}: ToolsAhead): boolean {
  return steps.some(({id}) => id === `toolchain.tool.${tool}`)
}

function isLacking(tool: string, {followUps}: ToolsAhead): boolean {
  return followUps.some((followUp) => followUp.tool === tool)
}

function withoutTool(project: ProjectName, title: string) {
  return {...nothing, followUps: [followUpOf(project, `It needs ${title}; then run this again.`)]}
}

function followUpOf(project: ProjectName, todo: string): FollowUp {
  const {folder, title} = projects[project]
  return {tool: folder, title: `${title.replace(/^t/, 'T')} in ${folder}/`, todo}
}
