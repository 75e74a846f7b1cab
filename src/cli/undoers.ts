import {planScheduleUndo, scheduleStepId, undoSchedule} from '../features/cost/schedule/schedule.js'
import {keptFile, refuseChanged, restoreEnvironmentFile} from '../features/environments/write.js'
import {applyWorkspaceUndo, planWorkspaceUndo, stayingFiles} from '../features/workspace/undo.js'
import type {Json, Step} from '../ports/journal.js'
import {serviceNames, type ServiceName} from '../ports/stack.js'
import type {Undoer} from '../ports/undo.js'
import {backendUndoers} from './kept-work.js'
import {projectUndoer} from './projects-apply.js'
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
    projectUndoer(tools),
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
  const parts = async () => ({
    files: await tools.files(),
    folders: await tools.folders(),
    templates: await tools.templates(),
    layout: (await tools.prospect()).layout,
  })
  return {
    prefix: 'workspace.',
    plan: async (step, record) => planWorkspaceUndo(step, record, await parts()),
    undo: async (_, record) => applyWorkspaceUndo(record, await parts()),
    stays: async (step, record) => stayingFiles(step, record, await parts()),
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
