import {applyEnvironmentInit} from '../features/environments/init.js'
import {applyEnvironmentRecord} from '../features/environments/record.js'
import {applySchemaFile} from '../features/environments/schema-file.js'
import {applyProject} from '../features/projects/backend.js'
import {applyPubGet} from '../features/projects/pub-get.js'
import {applyClone, type ClonePlan} from '../features/projects/repository.js'
import {applyProjectUndo, planProjectUndo} from '../features/projects/undo.js'
import {allOrFirstFailure} from '../features/setup/settle.js'
import {applyWorkspaceFiles} from '../features/workspace/init.js'
import {codeOf, messageOf} from '../errors.js'
import type {RunWriter, Step} from '../ports/journal.js'
import type {Undoer} from '../ports/undo.js'
import type {Ports} from '../ports/workspace.js'
import {localPlaces} from './environment-work.js'
import type {AppWork, BackendWork, ProjectsPlan} from './projects-plan.js'
import type {Applying} from './run-plan.js'
import type {Tools} from './tools.js'

/** Backend and app side by side; one that fails does not stop the other. */
export async function applyProjects(
  tools: Tools,
  {backend, app}: ProjectsPlan,
  ports: Ports | undefined,
  applying: Applying,
): Promise<void> {
  await allOrFirstFailure([
    ...(backend === undefined ? [] : [applyBackend(tools, backend, ports, applying)]),
    ...(app === undefined ? [] : [applyApp(tools, app, applying)]),
  ])
}

async function applyBackend(
  tools: Tools,
  work: BackendWork,
  ports: Ports | undefined,
  applying: Applying,
): Promise<void> {
  const {layout} = await tools.prospect()
  const [files, programs] = [await tools.files(), await tools.programs()]
  await allOrFirstFailure([
    applySettings(tools, work, ports, applying),
    inOrder(applying, [
      {
        steps: stepsOf(work.clone),
        apply: (run) => cloneProject(tools, work.clone, {...applying, run}),
      },
      {
        steps: work.generated.steps,
        apply: (run) => applyWorkspaceFiles(work.generated, {layout, files, run}),
      },
      {steps: work.venv.steps, apply: (run) => applyProject(work.venv, {files, programs, run})},
    ]),
  ])
}

/** `.env.local` needs no folder of the backend. */
async function applySettings(
  tools: Tools,
  {schemaFile, environment, record}: BackendWork,
  ports: Ports | undefined,
  applying: Applying,
): Promise<void> {
  const {layout} = await tools.prospect()
  const files = await tools.files()
  const write = async (run: RunWriter) => {
    const [places, secrets] = [await localPlaces(tools, ports), await tools.secrets()]
    await applyEnvironmentInit(environment, {files, layout, run, places, secrets})
  }
  await inOrder(applying, [
    {steps: schemaFile.steps, apply: (run) => applySchemaFile(schemaFile, {files, run})},
    ...(record === undefined
      ? []
      : [
          {
            steps: record.steps,
            apply: (run: RunWriter) => applyEnvironmentRecord(record, {files, layout, run}),
          },
        ]),
    ...(environment.steps.length === 0 ? [] : [{steps: environment.steps, apply: write}]),
  ])
}

async function applyApp(tools: Tools, {clone, packages}: AppWork, applying: Applying) {
  const parts = {files: await tools.files(), programs: await tools.programs()}
  await inOrder(applying, [
    {steps: stepsOf(clone), apply: (run) => cloneProject(tools, clone, {...applying, run})},
    {steps: packages.steps, apply: (run) => applyPubGet(packages, {...parts, run})},
  ])
}

async function cloneProject(tools: Tools, clone: ClonePlan, applying: Applying): Promise<void> {
  const parts = {folders: await tools.folders(), repositories: await tools.repositories()}
  await applyClone(clone, {...parts, ...applying})
}

function stepsOf({step}: ClonePlan): readonly Step[] {
  return step === undefined ? [] : [step]
}

interface Part {
  readonly steps: readonly Step[]
  readonly apply: (run: RunWriter) => Promise<void>
}

/** Each part needs the one before it: after a failure the others are recorded as blocked. */
async function inOrder({run, progress}: Applying, parts: readonly Part[]): Promise<void> {
  const failures: unknown[] = []
  const left = new Set(parts.flatMap(({steps}) => steps.map(({id}) => id)))
  const counting: RunWriter = {
    ...run,
    async done(id, undo) {
      await run.done(id, undo)
      left.delete(id)
      progressOf(left, progress)
    },
  }
  for (const {steps, apply} of parts) {
    if (steps.length === 0 || failures.length > 0) continue
    progressOf(left, progress)
    await apply(counting).catch((error: unknown) => failures.push(error))
  }
  const [failure] = failures
  if (failure === undefined) return
  const [failed, ...blocked] = left
  if (failed !== undefined)
    await run.failed(failed, codeOf(failure) ?? 'UNEXPECTED', messageOf(failure))
  for (const id of blocked) await run.failed(id, 'BLOCKED', 'What it needs was not done.')
  throw failure
}

/** One step after the other: the first that is left is the one that runs. */
function progressOf(left: ReadonlySet<string>, progress: Applying['progress']): void {
  const [next] = left
  if (next !== undefined) progress.started(next)
}

/** Takes back clones and the venv. */
export function projectUndoer(tools: Tools): Undoer {
  const parts = async () => ({
    folders: await tools.folders(),
    repositories: await tools.repositories(),
  })
  return {
    prefix: 'projects.',
    plan: async (step, record) => planProjectUndo(step, record, await parts()),
    undo: async (step, record) => applyProjectUndo(step, record, await parts()),
  }
}
