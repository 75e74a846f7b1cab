import type {CheckState, Finding} from './check.js'

/** What a check saw, by its id. */
interface Seen extends Finding {
  readonly id: string
}

interface Relation {
  readonly symptom: string
  /** Checks whose failure brings this symptom about. */
  readonly ofFailed: readonly string[]
  /** Checks whose warning already does. */
  readonly ofWarning?: readonly string[]
}

/** Which finding follows from which. A cause stands above its symptoms in the table of checks. */
export const relations: readonly Relation[] = [
  {symptom: 'temp.folder', ofFailed: ['machine.umask']},
  {symptom: 'workspace.writable', ofFailed: [], ofWarning: ['workspace.owner']},
  {
    symptom: 'secrets.permissions',
    ofFailed: ['workspace.writable'],
    ofWarning: ['workspace.owner'],
  },
  {symptom: 'journal.readable', ofFailed: ['workspace.writable', 'disk.space']},
  {symptom: 'env.files', ofFailed: ['env.schema']},
  {symptom: 'engine.chosen', ofFailed: [], ofWarning: ['docker.named']},
  {
    symptom: 'stack.services',
    ofFailed: [
      'disk.space',
      'disk.inodes',
      'ports.taken',
      'machine.open-files',
      'temp.folder',
      'redis.response',
    ],
    ofWarning: ['ports.taken', 'leftovers.processes', 'engine.parts'],
  },
  {
    symptom: 'database.response',
    ofFailed: ['database.variables', 'stack.services', 'disk.space', 'secrets.permissions'],
  },
  {symptom: 'database.migrator', ofFailed: ['database.response', 'database.variables']},
  {symptom: 'database.connections', ofFailed: ['database.response', 'database.variables']},
  {
    symptom: 'database.migrations',
    ofFailed: ['database.ledger', 'database.migrator', 'migrations.files'],
    ofWarning: ['database.locks'],
  },
  {symptom: 'database.ledger', ofFailed: [], ofWarning: ['database.locks']},
  {symptom: 'tenants.passwords', ofFailed: ['database.migrator'], ofWarning: ['database.locks']},
  {symptom: 'object-store.response', ofFailed: ['disk.space', 'secrets.permissions']},
  {
    symptom: 'backend.kept',
    ofFailed: ['env.files', 'database.response', 'stack.services', 'redis.response'],
    ofWarning: ['stack.services'],
  },
  {
    symptom: 'api.response',
    ofFailed: ['database.response'],
    ofWarning: ['backend.kept', 'database.migrations'],
  },
]

const weight: Readonly<Record<CheckState, number>> = {
  failed: 3,
  unknown: 2,
  warning: 1,
  ok: 0,
  skipped: 0,
}

/** The check that a finding follows from, the nearest to the root; undefined for a root itself. */
export function rootOf(id: string, all: readonly Seen[]): string | undefined {
  const cause = causeOf(id, all)
  return cause === undefined ? undefined : (rootOf(cause, all) ?? cause)
}

function causeOf(id: string, all: readonly Seen[]): string | undefined {
  const relation = relations.find(({symptom}) => symptom === id)
  if (relation === undefined) return undefined
  const {ofFailed, ofWarning = []} = relation
  return all.find(
    (one) =>
      (one.state === 'failed' && (ofFailed.includes(one.id) || ofWarning.includes(one.id))) ||
      (one.state === 'warning' && ofWarning.includes(one.id)),
  )?.id
}

/**
 * Ids of what is wrong, the right cause first: each root before what follows from it, and among roots the
 * one that does most harm, itself or by its symptoms; then the order of the table.
 */
export function rankWrong(all: readonly Seen[]): readonly string[] {
  const wrong = all.filter(({state}) => weight[state] > 0)
  const rootFor = new Map(wrong.map(({id}) => [id, rootOf(id, all) ?? id]))
  const harm = (root: string) =>
    Math.max(...wrong.filter(({id}) => rootFor.get(id) === root).map(({state}) => weight[state]))
  const roots = wrong
    .filter(({id}) => rootFor.get(id) === id)
    .toSorted((a, b) => harm(b.id) - harm(a.id))
  return roots.flatMap(({id: root}) => [
    root,
    ...wrong.filter(({id}) => id !== root && rootFor.get(id) === root).map(({id}) => id),
  ])
}
