import {MitraError} from '../../errors.js'
import type {PythonError} from './traceback.js'

export interface ServiceFailure {
  readonly cause: string
  readonly lastLines: readonly string[]
  /** The cause names the line to mend: without that another start fails the same way. */
  readonly isInCode?: boolean
}

/** What is shown of a log beside the cause; the rest is in `mitra logs`. */
const fewLines = 5

const saidAloud =
  /\b(FATAL|PANIC|emerg|panic|fatal|Fatal|error|\w*Error|ERR|[Ff]ailed|denied|refused|in use)\b/

/** Why a service ended: the error or the line in which it says so, else its exit status. */
export function failureOf(
  exitCode: number | undefined,
  lines: readonly string[],
  error?: PythonError,
): ServiceFailure {
  const lastLines = lines.slice(-fewLines)
  if (exitCode !== undefined && exitCode > 128) {
    return {cause: `it was ended by signal ${exitCode - 128}`, lastLines}
  }
  if (error !== undefined) {
    return {cause: error.text, lastLines: error.after.slice(0, fewLines), isInCode: true}
  }
  const said = lines.findLast((line) => saidAloud.test(line))?.trim()
  const status = exitCode === undefined ? 'it is gone' : `it ended with exit code ${exitCode}`
  return {cause: said === undefined ? status : `${status}: ${said}`, lastLines}
}

/** One service's failure as an error: the cause first, its last lines and what to do as hints. */
export function failedService(
  service: string,
  {cause, lastLines, isInCode = false}: ServiceFailure,
  hints: readonly string[] = [
    `mitra logs ${service}`,
    isInCode ? `Mend it, then: mitra up ${service}` : `mitra up ${service}`,
  ],
): MitraError {
  const message = `${service} failed: ${cause}.`
  return new MitraError('notReady', 'SERVICE_FAILED', message, {hints: [...lastLines, ...hints]})
}

/** One error for all services that failed side by side. */
export function serviceFailed(reasons: readonly unknown[]): unknown {
  const [first] = reasons
  const known = reasons.filter((reason) => reason instanceof MitraError)
  if (known.length !== reasons.length || known.length < 2) return first
  const message = known.map((error) => error.message).join(' ')
  return new MitraError('notReady', 'SERVICE_FAILED', message, {
    hints: known.flatMap((error) => error.hints),
    cause: first,
  })
}
