import type {ServiceView} from '../features/stack/status.js'
import type {FollowUp} from '../features/toolchain/follow-ups.js'
import type {Shortage} from '../features/toolchain/minimums.js'
import type {Step} from '../ports/journal.js'
import {commandLines, planText} from './plan-text.js'
import {servicesTable} from './services-table.js'
import type {SetupUndo} from './setup-undo.js'
import {terminalColumns, wrapWords} from './wrap.js'

interface SetupView {
  readonly isPlan: boolean
  readonly isToolsOnly: boolean
  readonly steps: readonly Step[]
  readonly later: readonly string[]
  readonly followUps: readonly FollowUp[]
  readonly shortages: readonly Shortage[]
  readonly applied: boolean
  readonly services: readonly ServiceView[]
  readonly tenants: readonly string[] | null
  readonly root: string
  readonly engine: string
  readonly why: string
  /** Commands worth a try now. */
  readonly next: readonly string[]
}

interface NextView {
  /** Tenants with data to look at. */
  readonly filled: readonly string[]
  /** Names that no new tenant can have. */
  readonly usedNames: ReadonlySet<string>
  /** The backend is prepared and nothing is in its way. */
  readonly canDev: boolean
}

const newNames = ['bajaj', 'icici', 'sbi', 'tata', 'kotak']

/** Only what works here. */
export function nextCommands({filled, usedNames, canDev}: NextView): readonly string[] {
  const [tenant] = filled
  const name = newNames.find((one) => !usedNames.has(one))
  return [
    ...(canDev ? ['mitra dev'] : []),
    ...(tenant === undefined
      ? []
      : [`mitra db query "select count(*) from users" --tenant ${tenant}`]),
    ...(name === undefined ? [] : [`mitra tenant create ${name}`]),
    'mitra status',
  ]
}

/** What setup would do, or what is there after it. */
export function setupText(view: SetupView): string {
  const {isPlan, isToolsOnly, applied, steps, later, followUps} = view
  const done = applied ? 'Done.' : 'Nothing to do: all of it was there.'
  const shown = isToolsOnly ? [done] : platformLines(view, done)
  const planned = [planText(steps), ...commandLines(steps)]
  return [
    ...(isPlan ? [...planned, ...later.map((part) => `Planned later: ${part}.`)] : shown),
    ...shortageLines(view.shortages),
    ...followUpLines(followUps),
  ].join('\n')
}

/** What setup --undo would take back, or took back. */
export function setupUndoText({applied, steps, kept}: SetupUndo): string {
  const done = applied ? 'Taken back.' : planText(steps)
  return [done, ...kept.map(stayLine)].join('\n')
}

/** With the reason where somebody changed it. */
function stayLine({title, why, undo}: Step): string {
  return undo === 'no' ? `Stays: ${title}.` : `Stays: ${title} (${why})`
}

function shortageLines(shortages: readonly Shortage[]): readonly string[] {
  if (shortages.length === 0) return []
  const lines = shortages.map(({part, found, wanted, suffers}) =>
    indented(`${part}: ${found}, wanted ${wanted}. ${suffers}`),
  )
  return ['', 'Less than this work needs:', ...lines]
}

function followUpLines(followUps: readonly FollowUp[]): readonly string[] {
  if (followUps.length === 0) return []
  return ['', 'Left for you:', ...followUps.map(({title, todo}) => indented(`${title}: ${todo}`))]
}

function indented(text: string): string {
  return wrapWords(text.split(' '), {columns: terminalColumns(), indent: '  '})
}

function platformLines(
  {services, tenants, root, engine, why, next}: SetupView,
  done: string,
): readonly string[] {
  return [
    servicesTable(services),
    '',
    `${done} Workspace ${root}; engine ${engine} (${why}).`,
    `Tenants: ${(tenants ?? []).join(', ')}. Passwords are in .mitra/secrets.json.`,
    '',
    'Next:',
    ...next.map((command) => `  ${command}`),
  ]
}
