import {codeOf, messageOf, MitraError} from '../../errors.js'
import type {Check, DoctorTools, Finding} from './check.js'
import {obstacleTo} from './obstacles.js'
import {rankWrong, rootOf} from './rank.js'

export interface CheckResult extends Finding {
  readonly id: string
  /** Where docs/doctor.md tells more. */
  readonly page: string
  /** The check whose finding brought this one about. */
  readonly followsFrom?: string
  readonly ms: number
}

export interface Diagnosis {
  /** Nothing failed and everything answered; a warning is no failure. */
  readonly healthy: boolean
  /** Ids of all that is wrong, the likeliest root first, each root before what follows from it. */
  readonly wrong: readonly string[]
  readonly checks: readonly CheckResult[]
}

// The whole is done within three seconds, start of the command included.
export const usualDeadlineMs = 2700

/** All checks side by side, each with a deadline; the results keep the order of the table. */
export async function diagnose(
  checks: readonly Check[],
  tools: DoctorTools,
  {deadlineMs: within = usualDeadlineMs}: {readonly deadlineMs?: number} = {},
): Promise<Diagnosis> {
  const shared = lookOnce(tools)
  const looked = await Promise.all(checks.map((check) => perform(check, shared, within)))
  const single = looked.map((result, index) => onceOnly(result, looked.slice(0, index)))
  const results = single.map((result) => withRoot(result, single))
  return {
    healthy: results.every(({state}) => state !== 'failed' && state !== 'unknown'),
    wrong: rankWrong(results),
    checks: results,
  }
}

/** The same failure met on several ways is one finding: that of the check nearest to its root. */
function onceOnly(result: CheckResult, above: readonly CheckResult[]): CheckResult {
  if (result.state !== 'failed') return result
  const same = above.find(({state, title}) => state === 'failed' && title === result.title)
  if (same === undefined) return result
  const {id, title, page, ms} = result
  return {id, state: 'skipped', title, cause: `See ${same.id}.`, page, ms}
}

function withRoot(result: CheckResult, all: readonly CheckResult[]): CheckResult {
  if (result.state === 'ok' || result.state === 'skipped') return result
  const root = rootOf(result.id, all)
  return root === undefined ? result : {...result, followsFrom: root}
}

/** Where the docs tell of a check. */
export function pageOf(id: string): string {
  return `docs/doctor.md#${id}`
}

async function perform(check: Check, tools: DoctorTools, within: number): Promise<CheckResult> {
  const from = tools.clock.now().getTime()
  const progress = {isLooking: false}
  const late = () => (progress.isLooking ? noAnswer(check, within) : notReached(check))
  const finding = await inTime(lookOrExplain(check, tools, progress), late, within)
  const page = pageOf(check.id)
  return {id: check.id, ...finding, page, ms: tools.clock.now().getTime() - from}
}

async function lookOrExplain(
  check: Check,
  tools: DoctorTools,
  progress: {isLooking: boolean},
): Promise<Finding> {
  try {
    const cause = await obstacleTo(check.need, tools)
    if (cause !== undefined) return {state: 'skipped', title: check.subject, cause}
    progress.isLooking = true
    return await check.look(tools)
  } catch (error) {
    return thrown(error, check)
  }
}

function noAnswer({subject}: Check, within: number): Finding {
  return {state: 'unknown', title: `${subject}: no answer within ${within / 1000} s`}
}

/** What it needs was still being looked at: that is the finding of another check. */
function notReached({subject}: Check): Finding {
  return {state: 'skipped', title: subject, cause: 'What it needs did not answer in time.'}
}

// What Postgres answers when a session's time is over: for a lock, for the rest.
const lockTimeout = '55P03'
const outOfTime = '57014'

function thrown(error: unknown, {subject}: Check): Finding {
  const code = codeOf(error)
  if (code === lockTimeout) {
    const cause = 'Postgres has it wait for a lock of another transaction.'
    return {state: 'unknown', title: `${subject}: no answer in time`, cause}
  }
  if (code === outOfTime) return {state: 'unknown', title: `${subject}: no answer in time`}
  if (!(error instanceof MitraError)) {
    return {state: 'failed', title: `${subject} could not be looked at`, cause: messageOf(error)}
  }
  return {state: 'failed', title: error.message.replace(/\.$/, ''), fix: error.hints}
}

function inTime(looking: Promise<Finding>, late: () => Finding, within: number): Promise<Finding> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(late()), within)
    void looking.then((finding) => {
      clearTimeout(timer)
      resolve(finding)
    })
  })
}

/** Several checks ask for the same things: each is looked at once. */
function lookOnce(tools: DoctorTools): DoctorTools {
  return {
    ...tools,
    machine: once(tools.machine),
    docker: once(tools.docker),
    workspace: once(tools.workspace),
    engine: once(tools.engine),
    ports: once(tools.ports),
    stack: once(tools.stack),
    states: once(tools.states),
    host: once(tools.host),
    toolStates: once(tools.toolStates),
  }
}

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let seen: Promise<T> | undefined
  return () => (seen ??= look())
}
