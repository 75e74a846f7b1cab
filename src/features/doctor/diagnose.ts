import {messageOf, MitraError} from '../../errors.js'
import type {Check, DoctorTools, Finding} from './check.js'
import {obstacleTo} from './obstacles.js'

export interface CheckResult extends Finding {
  readonly id: string
  readonly ms: number
}

export interface Diagnosis {
  /** Nothing failed; a warning is no failure. */
  readonly healthy: boolean
  readonly checks: readonly CheckResult[]
}

const deadlineMs = 2000

/** All checks side by side, each with a deadline; the results keep the order of the table. */
export async function diagnose(
  checks: readonly Check[],
  tools: DoctorTools,
  {deadlineMs: within = deadlineMs}: {readonly deadlineMs?: number} = {},
): Promise<Diagnosis> {
  const shared = lookOnce(tools)
  const results = await Promise.all(checks.map((check) => perform(check, shared, within)))
  return {healthy: results.every(({state}) => state !== 'failed'), checks: results}
}

async function perform(check: Check, tools: DoctorTools, within: number): Promise<CheckResult> {
  const from = tools.clock.now().getTime()
  const finding = await inTime(lookOrExplain(check, tools), check, within)
  return {id: check.id, ...finding, ms: tools.clock.now().getTime() - from}
}

async function lookOrExplain(check: Check, tools: DoctorTools): Promise<Finding> {
  try {
    const cause = await obstacleTo(check.need, tools)
    if (cause !== undefined) return {state: 'skipped', title: check.subject, cause}
    return await check.look(tools)
  } catch (error) {
    const fix = error instanceof MitraError ? error.hints : []
    return {state: 'failed', title: check.subject, cause: messageOf(error), fix}
  }
}

function inTime(looking: Promise<Finding>, {subject}: Check, within: number): Promise<Finding> {
  return new Promise((resolve) => {
    const cause = `No answer within ${within / 1000} s.`
    const timer = setTimeout(() => resolve({state: 'failed', title: subject, cause}), within)
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
  }
}

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let seen: Promise<T> | undefined
  return () => (seen ??= look())
}
