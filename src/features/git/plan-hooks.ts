import {MitraError} from '../../errors.js'
import type {JournalRun, Json, Step} from '../../ports/journal.js'
import type {FileBytes, WorkTrees, RepositorySettings} from '../../ports/work-trees.js'
import {earlierStep, valueAt} from './earlier.js'
import {hooksPrefix, textOf, type GitTarget} from './names.js'

export interface HookWork {
  readonly step: Step
  readonly settings: RepositorySettings
  /** What the hooks were before, for undo. */
  readonly before: Json
  /** Hooks of others that make place. */
  readonly remove: readonly string[]
}

interface HookTools {
  readonly workTrees: WorkTrees
  readonly runs: readonly JournalRun[]
  /** Of the configuration as it will be. */
  readonly names: readonly string[]
  readonly settings: RepositorySettings
  readonly isReplacing: boolean
}

/** Throws HOOKS_PATH, HUSKY_THERE and HOOK_THERE where hooks are another's. */
export async function planHooks(
  target: GitTarget,
  tools: HookTools,
): Promise<HookWork | undefined> {
  const {repository, label} = target
  const {workTrees, names, settings, isReplacing} = tools
  await refuseElsewhere(target, workTrees)
  const hooks = await filesOf(
    names.map((name) => `${repository.hooks}/${name}`),
    workTrees,
  )
  const foreign = [...hooks].filter(
    ([path, found]) => found !== undefined && isForeign(path, found),
  )
  const [first] = foreign
  if (first !== undefined && !isReplacing) throw hookThere(first[0])
  const noted = await workTrees.settings(repository)
  const missing = [...hooks].filter(([, found]) => found === undefined || !isLefthooks(found))
  const isNoted =
    noted['mitra.node'] === settings['mitra.node'] &&
    noted['mitra.program'] === settings['mitra.program']
  const id = `${hooksPrefix}${label}`
  const {cutOff} = earlierStep(tools.runs, id)
  if (missing.length === 0 && isNoted && cutOff === undefined) return undefined
  const olds = [...hooks.keys()].map((path) => `${path}.old`)
  const rest = await filesOf([...olds, `${repository.info}/lefthook.checksum`], workTrees)
  const seen = recordOf(repository.root, new Map([...hooks, ...rest]), noted)
  const before = valueAt(cutOff, 'before') ?? seen
  const remove = missing.flatMap(([path, found]) => (found === undefined ? [] : [path]))
  const paths = [...hooks.keys(), `${repository.info}/lefthook.checksum`]
  const step: Step = {
    id,
    title: `Install the hooks ${names.join(', ')}${label === '.' ? '' : ` in ${label}`}`,
    why: whyOf({missing: missing.length, isNoted}),
    undo: 'automatic',
    detail: {
      commands: [...commandsOf(settings), [...workTrees.installCommand]],
      files: paths,
      before,
    },
  }
  return {step, settings, before, remove}
}

function whyOf({missing, isNoted}: {readonly missing: number; readonly isNoted: boolean}): string {
  if (missing > 0) return 'they are not installed'
  return isNoted ? 'a run that was cut off installed them' : 'Node or mitra is elsewhere now'
}

function commandsOf(settings: RepositorySettings): readonly (readonly string[])[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [['git', 'config', '--local', '--replace-all', name, value]],
  )
}

async function refuseElsewhere({repository}: GitTarget, workTrees: WorkTrees): Promise<void> {
  const {root, hooksPath} = repository
  const hasHusky = (await workTrees.present(repository, ['.husky'])).length > 0
  if (hasHusky) {
    throw new MitraError('refused', 'HUSKY_THERE', `${root} has its hooks from husky (.husky).`, {
      hints: [
        'To keep husky, add to .husky/commit-msg: mitra git check --message-file "$1"',
        'and to .husky/pre-push: mitra git check --pushed',
        'To change to lefthook, take husky out: npm uninstall husky, remove .husky, git config --unset core.hooksPath',
      ],
    })
  }
  if (hooksPath === undefined) return
  const {value, scope} = hooksPath
  const message = `Git takes the hooks of ${root} from ${value} (core.hooksPath, ${scope}).`
  const where = scope === 'local' ? '' : ` --${scope}`
  throw new MitraError('refused', 'HOOKS_PATH', message, {
    hints: [
      `Call mitra from there: mitra git check --message-file "$1" in commit-msg, mitra git check --pushed in pre-push.`,
      `Or take it out: git config${where} --unset core.hooksPath`,
    ],
  })
}

function hookThere(path: string): MitraError {
  return new MitraError('refused', 'HOOK_THERE', `${path} is there and is not lefthook's.`, {
    hints: [
      'Add what it does to lefthook.yml, then: mitra git init --replace (mitra undo brings it back).',
    ],
  })
}

async function filesOf(paths: readonly string[], workTrees: WorkTrees) {
  const found = await Promise.all(paths.map((path) => workTrees.read(path)))
  return new Map(paths.map((path, index) => [path, found[index]] as const))
}

/** lefthook runs what Git LFS put there by itself, so that one makes place. */
function isForeign(path: string, found: FileBytes): boolean {
  if (isLefthooks(found)) return false
  const lines = textOf(found)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !(lines.length <= 6 && lines.some((line) => line.startsWith(`git lfs ${name} `)))
}

export function isLefthooks(found: FileBytes): boolean {
  return textOf(found).includes('call_lefthook run ')
}

function recordOf(
  root: string,
  files: ReadonlyMap<string, FileBytes | undefined>,
  settings: RepositorySettings,
): Json {
  return {
    root,
    files: Object.fromEntries(
      [...files].map(([path, found]) => [
        path,
        found === undefined ? null : {base64: found.base64, mode: found.mode},
      ]),
    ),
    settings: Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, value ?? null]),
    ),
  }
}
