import {messageOf, MitraError} from '../../errors.js'

/** Settles all, then throws the first foreseen failure, the others as hints. */
export async function allOrFirstFailure(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work)
  const reasons: unknown[] = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  )
  const [first, ...others] = reasons
  if (first === undefined) return
  if (others.length === 0 || !(first instanceof MitraError)) throw first
  const hints = [...first.hints, ...others.map((other) => `Also: ${messageOf(other)}`)]
  throw new MitraError(first.kind, first.code, first.message, {hints, cause: first})
}
