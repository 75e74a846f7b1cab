import type {Json, Step} from '../../ports/journal.js'
import type {ServiceName} from '../../ports/stack.js'
import type {Finding} from './check.js'

/** What `--fix` may do about a finding. Safe, and asked for first: no row and no file of a person is lost. */
export type Repair =
  | {readonly kind: 'mode'; readonly path: string; readonly mode: number}
  | {readonly kind: 'line'; readonly path: string; readonly line: string}
  | {readonly kind: 'clear'; readonly services: readonly ServiceName[]}
  | {readonly kind: 'bucket'; readonly bucket: string}
  | {readonly kind: 'writable'}
  | {readonly kind: 'restart'; readonly services: readonly ServiceName[]}
  | {readonly kind: 'start'; readonly services: readonly ServiceName[]}
  | {readonly kind: 'backend'}

/** Those that the doctor does itself; what starts services is planned as `mitra up` and `mitra restart` plan it. */
export type OwnRepair = Exclude<Repair, {readonly kind: 'start' | 'restart' | 'backend'}>

export interface PlannedRepair {
  readonly step: Step
  readonly repair: OwnRepair
}

interface Wrong extends Finding {
  readonly id: string
}

/** The begin of the ids of all steps here. */
export const repairPrefix = 'doctor.'

/** What the doctor does itself about all that was seen, from the ground up. */
export function planOwnRepairs(checks: readonly Wrong[]): readonly PlannedRepair[] {
  return checks.flatMap((check) =>
    (check.repairs ?? []).flatMap((repair) =>
      isOwn(repair)
        ? [{repair, step: {...describe(repair), why: `${check.id}: ${check.title}`}}]
        : [],
    ),
  )
}

/** The services that a restart or a start is the repair of. */
export function servicesFor(
  kind: 'restart' | 'start',
  checks: readonly Wrong[],
): readonly ServiceName[] {
  const repairs = checks.flatMap((check) => check.repairs ?? [])
  return [...new Set(repairs.flatMap((one) => (one.kind === kind ? one.services : [])))]
}

/** True where the kept backend has to be started, or anew. */
export function needsBackend(checks: readonly Wrong[]): boolean {
  return checks.some(({repairs = []}) => repairs.some(({kind}) => kind === 'backend'))
}

/** What undoing needs: the state before. */
export function undoRecordOf(repair: OwnRepair, before: Json): Json {
  if (repair.kind === 'mode') return {kind: 'mode', path: repair.path, before}
  if (repair.kind === 'line') return {kind: 'line', path: repair.path, line: repair.line, before}
  return {kind: repair.kind, before}
}

function isOwn(repair: Repair): repair is OwnRepair {
  return repair.kind !== 'start' && repair.kind !== 'restart' && repair.kind !== 'backend'
}

function describe(repair: OwnRepair): Pick<Step, 'id' | 'title' | 'undo' | 'detail'> {
  const id = (rest: string) => `${repairPrefix}${repair.kind}.${rest}`
  switch (repair.kind) {
    case 'mode': {
      const {path, mode} = repair
      const title = `Take ${path} from other users: mode ${mode.toString(8)}`
      return {id: id(path), title, undo: 'automatic', detail: {path, mode: mode.toString(8)}}
    }
    case 'line': {
      const {path, line} = repair
      const title = `Write the line ${line} into ${path}`
      return {id: id(path), title, undo: 'automatic', detail: {path, line}}
    }
    case 'clear': {
      const {services} = repair
      const title = `Remove what dead services left: ${services.join(', ')}`
      return {id: id('leftovers'), title, undo: 'no', detail: {services: [...services]}}
    }
    case 'bucket':
      return {id: id(repair.bucket), title: `Make the bucket ${repair.bucket}`, undo: 'no'}
    case 'writable': {
      const title = 'Reset default_transaction_read_only of Postgres'
      return {id: id('postgres'), title, undo: 'automatic'}
    }
  }
}
