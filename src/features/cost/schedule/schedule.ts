import {MitraError} from '../../../errors.js'
import type {Json, RunWriter, Step} from '../../../ports/journal.js'
import type {ScheduledCommand, Scheduler} from '../../../ports/schedule.js'

export interface SchedulePlan {
  readonly steps: readonly Step[]
  readonly key: string
  /** Undefined takes it out. */
  readonly entry: string | undefined
  readonly before: string | undefined
}

export const scheduleStepId = 'cost.schedule'

/** What has to change for the command to run every day; without one, for it not to. */
export async function planSchedule(
  scheduler: Scheduler,
  {key, command}: {readonly key: string; readonly command: ScheduledCommand | undefined},
): Promise<SchedulePlan> {
  const before = await scheduler.read(key)
  const entry = command === undefined ? undefined : scheduler.entryFor(command)
  if (before === entry) return {steps: [], key, entry, before}
  const change = {from: before !== undefined, to: entry !== undefined}
  const step: Step = {
    id: scheduleStepId,
    title: titleOf(scheduler.kind, command, before),
    why: before === undefined ? 'it runs at no time yet' : whyOf(command),
    undo: 'automatic',
    detail: {
      entry: entry ?? null,
      before: before ?? null,
      commands: scheduler.commands(key, change),
    },
  }
  return {steps: [step], key, entry, before}
}

export async function applySchedule(
  {steps, key, entry, before}: SchedulePlan,
  {scheduler, run}: {readonly scheduler: Scheduler; readonly run: RunWriter},
): Promise<void> {
  const [step] = steps
  if (step === undefined) return
  await scheduler.write(key, entry)
  await run.done(step.id, {key, entry: entry ?? null, before: before ?? null})
}

/** Undefined when the entry is as it was before the run. Throws SCHEDULE_CHANGED when it is another one. */
export async function planScheduleUndo(
  record: Json | undefined,
  scheduler: Scheduler,
): Promise<Step | undefined> {
  const {key, entry, before} = recorded(record)
  const now = await scheduler.read(key)
  if (now === before) return undefined
  if (now !== entry) {
    const message = `The ${scheduler.kind} entry of this workspace is not what the run wrote.`
    throw new MitraError('refused', 'SCHEDULE_CHANGED', message, {
      hints: ['mitra cost schedule writes it anew, with --remove it takes it out.'],
    })
  }
  const title = before === undefined ? 'Take the entry out' : 'Put the entry back as it was'
  const why = 'the run wrote it'
  return {id: 'restore.cost.schedule', title: `${title} (${scheduler.kind})`, why, undo: 'no'}
}

export async function undoSchedule(record: Json | undefined, scheduler: Scheduler): Promise<void> {
  const {key, before} = recorded(record)
  await scheduler.write(key, before)
}

function titleOf(
  kind: Scheduler['kind'],
  command: ScheduledCommand | undefined,
  before: string | undefined,
): string {
  if (command === undefined) return `Take the cost report out of ${kind}`
  const {hour, minute} = command.at
  const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  const verb = before === undefined ? 'Run' : 'Change: run'
  return `${verb} the cost report every day at ${time} (${kind})`
}

function whyOf(command: ScheduledCommand | undefined): string {
  return command === undefined ? 'it is there' : 'the entry there is another one'
}

function recorded(record: Json | undefined) {
  const values = new Map<string, unknown>(Object.entries(record ?? {}))
  const text = (name: string) => {
    const value = values.get(name)
    return typeof value === 'string' ? value : undefined
  }
  return {key: text('key') ?? '', entry: text('entry'), before: text('before')}
}

/** `09:30`; throws SCHEDULE_TIME for what is no time of the day. */
export function parseTime(text: string): ScheduledCommand['at'] {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hour !== undefined) return {hour: Number(hour), minute: Number(minute)}
  throw new MitraError('usage', 'SCHEDULE_TIME', `--at ${JSON.stringify(text)} is no time.`, {
    hints: ['Write it as 09:30.'],
  })
}
