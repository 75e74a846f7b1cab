import {MitraError} from '../../errors.js'

export interface ServiceFailure {
  readonly cause: string
  readonly lastLines: readonly string[]
}

const saidAloud =
  /\b(FATAL|PANIC|emerg|panic|fatal|Fatal|error|\w*Error|ERR|[Ff]ailed|denied|refused|in use)\b/

/** Why a service ended: the line in which it says so, else its exit status. */
export function failureOf(exitCode: number | undefined, lines: readonly string[]): ServiceFailure {
  if (exitCode !== undefined && exitCode > 128) {
    return {cause: `it was ended by signal ${exitCode - 128}`, lastLines: lines}
  }
  const said = lines.findLast((line) => saidAloud.test(line))?.trim()
  const status = exitCode === undefined ? 'it is gone' : `it ended with exit code ${exitCode}`
  return {cause: said === undefined ? status : `${status}: ${said}`, lastLines: lines}
}

/** One service's failure as an error: the cause first, its last lines and what to do as hints. */
export function failedService(
  service: string,
  {cause, lastLines}: ServiceFailure,
  hints: readonly string[] = [`mitra logs ${service}`, `mitra up ${service}`],
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
