import {relative} from 'node:path'
import {planScheduleUndo, scheduleStepId, undoSchedule} from '../features/cost/schedule/schedule.js'
import {keptFile, refuseChanged, restoreEnvironmentFile} from '../features/environments/write.js'
import type {Json, Step} from '../ports/journal.js'
import {serviceNames, type ServiceName} from '../ports/stack.js'
import type {Undoer} from '../ports/undo.js'
import {backendUndoers} from './kept-work.js'
import {projectUndoers} from './projects-apply.js'
import {repairUndoer} from './doctor-work.js'
import {gitUndoer} from './git-work.js'
import {tenantUndoers} from './tenant-undoers.js'
import {toolchainUndoer} from './toolchain-work.js'
import type {Tools} from './tools.js'

/** Who takes back what, one for each kind of step that says it can be. */
export function undoersOf(tools: Tools): readonly Undoer[] {
  return [
    startUndoer(tools),
    ...backendUndoers(tools),
    stopUndoer(tools),
    resetUndoer(tools),
    // Before the undoer of all files: those of the backend stay where they were changed.
    ...projectUndoers(tools),
    fileUndoer(tools),
    environmentUndoer(tools),
    scheduleUndoer(tools),
    toolchainUndoer(tools),
    repairUndoer(tools),
    gitUndoer(tools),
    ...tenantUndoers(tools),
  ]
}

function startUndoer(tools: Tools): Undoer {
  return {
    prefix: 'stack.start.',
    async plan(step) {
      const name = serviceOf(step)
      const state = (await (await tools.stack()).states()).get(name)?.state
      if (state === 'stopped') return undefined
      return {
        id: `stack.stop.${name}`,
        title: `Stop ${name}`,
        why: 'the run started it',
        undo: 'no',
      }
    },
    undo: async (step) => (await tools.stack()).down([serviceOf(step)]),
  }
}

function stopUndoer(tools: Tools): Undoer {
  return {
    prefix: 'stack.stop.',
    async plan(step) {
      const name = serviceOf(step)
      return {
        id: `stack.start.${name}`,
        title: `Start ${name}`,
        why: 'the run stopped it',
        undo: 'no',
      }
    },
    undo: async (step) => (await tools.stack()).up([serviceOf(step)], async () => undefined),
  }
}

function resetUndoer(tools: Tools): Undoer {
  return {
    prefix: 'stack.reset',
    async plan(_, record) {
      const {from, to} = generations(record)
      return {
        id: 'stack.restore',
        title: `Go back to data set ${from}; set ${to} is kept`,
        why: 'the run set it aside',
        undo: 'no',
      }
    },
    async undo(_, record) {
      await (await tools.stack()).down(serviceNames)
      await (await tools.memory()).useGeneration(generations(record).from)
    },
  }
}

function fileUndoer(tools: Tools): Undoer {
  return {
    prefix: 'workspace.',
    async plan(step, record) {
      // Earlier versions said that it can be taken back.
      if (step.id === 'workspace.state') return undefined
      const paths = pathsOf(record)
      const {root} = (await tools.prospect()).layout
      return {id: `remove.${step.id}`, ...removal(paths, root), undo: 'no', detail: {paths}}
    },
    async undo(_, record) {
      const files = await tools.files()
      const paths = pathsOf(record)
      for (const path of paths) await files.remove(path)
      const {root} = (await tools.prospect()).layout
      for (const folder of foldersOf(paths, root)) await (await tools.folders()).prune(folder)
    },
  }
}

function environmentUndoer(tools: Tools): Undoer {
  return {
    prefix: 'environment.file.',
    async plan(step, record) {
      const {path, kept} = keptFile(record)
      if (path === undefined) return undefined
      await refuseChanged(record, await tools.files())
      const title = kept === undefined ? `Remove ${path}` : `Put ${path} back as it was`
      return {id: `restore.${step.id}`, title, why: 'the run wrote it', undo: 'no'}
    },
    undo: async (_, record) => restoreEnvironmentFile(record, await tools.files()),
  }
}

function scheduleUndoer(tools: Tools): Undoer {
  return {
    prefix: scheduleStepId,
    plan: async (_, record) => planScheduleUndo(record, await tools.scheduler()),
    undo: async (_, record) => undoSchedule(record, await tools.scheduler()),
  }
}

function serviceOf(step: Step): ServiceName {
  return serviceNames.find((name) => step.id.endsWith(`.${name}`)) ?? 'nginx'
}

function generations(record: Json | undefined): {readonly from: number; readonly to: number} {
  const values = new Map(Object.entries(record ?? {}))
  return {from: Number(values.get('from')), to: Number(values.get('to'))}
}

/** The folders right below the root that the files are in; in .mitra empty ones are a database's. */
function foldersOf(paths: readonly string[], root: string): readonly string[] {
  const names = paths.map((path) => relative(root, path).split('/'))
  const folders = names.flatMap(([name = '', ...rest]) => (rest.length > 0 ? [name] : []))
  return [...new Set(folders)].filter((name) => name !== '.mitra').map((name) => `${root}/${name}`)
}

function pathsOf(record: Json | undefined): readonly string[] {
  const paths: unknown = new Map<string, unknown>(Object.entries(record ?? {})).get('paths')
  return Array.isArray(paths) ? paths.map(String) : []
}

/** One file by its path, several by their folder; all of them are in the detail. */
function removal(paths: readonly string[], root: string): Pick<Step, 'title' | 'why'> {
  if (paths.length === 1) return {title: `Remove ${paths[0]}`, why: 'the run wrote it'}
  const names = paths.map((path) => relative(root, path))
  const tops = [...new Set(names.map((name) => name.split('/').slice(0, 2).join('/')))]
  const shown = tops.length > 4 ? [...tops.slice(0, 3), `${tops.length - 3} more`] : tops
  return {
    title: `Remove ${paths.length} files of ${root}: ${shown.join(', ')}`,
    why: 'the run wrote them',
  }
}
