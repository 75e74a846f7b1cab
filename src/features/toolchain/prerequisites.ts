import {MitraError} from '../../errors.js'
import type {DeveloperTools, DeveloperToolsState} from '../../ports/developer-tools.js'
import type {RunWriter, Step} from '../../ports/journal.js'
import type {CommandLine} from '../../ports/packages.js'
import type {Rights} from '../../ports/rights.js'

const passwordStep = 'toolchain.password'
const developerStep = 'toolchain.developer-tools'

/** What comes before any tool, in order. */
export interface Prerequisites {
  readonly steps: readonly Step[]
  /** What only a person can do. */
  readonly todo: string | undefined
  /** A person is asked for the password, once. */
  readonly asksPassword: boolean
  readonly developerTools: readonly CommandLine[]
}

/** Apple's tools, and the password if any step of the plan needs it. */
export function planPrerequisites(
  state: DeveloperToolsState,
  developerTools: DeveloperTools,
  {isPasswordNeeded, rights}: {readonly isPasswordNeeded: boolean; readonly rights: PlannedRights},
): Prerequisites {
  const {step, commands} = developerWork(state, developerTools)
  const asksPassword =
    !rights.areThere && (isPasswordNeeded || step?.detail?.['needsPassword'] === true)
  const steps = [
    ...(asksPassword ? [askStep(rights.ask)] : []),
    ...(step === undefined ? [] : [step]),
  ]
  const todo =
    state.kind === 'notOffered'
      ? "Apple's update service does not offer them: xcode-select --install, then run this again."
      : undefined
  return {steps, todo, asksPassword, developerTools: commands}
}

interface PlannedRights {
  readonly areThere: boolean
  readonly ask: CommandLine
}

interface PrerequisiteParts {
  readonly developerTools: DeveloperTools
  readonly rights: Rights
  readonly run: RunWriter
  /** Does a step and goes on when it fails. */
  readonly attempt: (stepId: string, work: () => Promise<void>) => Promise<void>
  readonly noteOn: (stepId: string) => (line: string) => void
}

/** brew drops sudo's ticket: what needs it is done before. */
export async function applyPrerequisites(
  {asksPassword, developerTools: commands}: Prerequisites,
  {developerTools, rights, run, attempt, noteOn}: PrerequisiteParts,
): Promise<void> {
  if (asksPassword) {
    await attempt(passwordStep, async () => {
      if (!(await rights.areThere())) throw needsPassword(rights)
      await run.done(passwordStep)
    })
  }
  if (commands.length === 0) return
  await attempt(developerStep, async () => {
    for (const command of commands) await developerTools.run(command, noteOn(developerStep))
    await run.done(developerStep)
  })
}

function needsPassword({ask}: Rights): MitraError {
  const message = 'It needs a password, and nobody can be asked here.'
  const hints = [`Run ${ask.join(' ')}, then the same command again.`]
  return new MitraError('refused', 'NEEDS_PASSWORD', message, {hints})
}

function askStep(ask: CommandLine): Step {
  return {
    id: passwordStep,
    title: 'Ask for your password, once',
    why: 'a step changes what belongs to the whole machine',
    // Nothing of it stays.
    undo: 'automatic',
    detail: {commands: [ask], files: []},
  }
}

function developerWork(state: DeveloperToolsState, tools: DeveloperTools) {
  if (state.kind === 'unasked') {
    const commands = tools.ask()
    const step: Step = {
      id: developerStep,
      title: "Tell Apple's update service that the Command Line Tools are wanted",
      why: 'not there, and it lists them only then',
      undo: 'no',
      detail: {commands, files: [tools.wanted], needsPassword: false},
    }
    return {step, commands}
  }
  if (state.kind !== 'offered') return {step: undefined, commands: []}
  const commands = tools.install(state.label)
  const step: Step = {
    id: developerStep,
    title: `Install ${state.label} (about 900 MB, 10 min)`,
    why: 'not there, and Homebrew builds on them',
    undo: 'no',
    detail: {commands, files: [], sizeMb: 900, minutes: 10, needsPassword: true},
  }
  return {step, commands}
}
