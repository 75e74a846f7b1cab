import {MitraError} from '../../errors.js'
import type {Check} from './check.js'

interface Selection {
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
}

/** The checks that were asked for, in the order of the table. An id that no check has is refused. */
export function selectChecks(
  checks: readonly Check[],
  {only, skip = []}: Selection,
): readonly Check[] {
  const ids = checks.map(({id}) => id)
  const stranger = [...(only ?? []), ...skip].find((id) => !ids.includes(id))
  if (stranger !== undefined) {
    throw new MitraError('usage', 'UNKNOWN_CHECK', `There is no check ${stranger}.`, {
      hints: [`The checks: ${ids.join(', ')}.`],
    })
  }
  const chosen = checks.filter(({id}) => (only?.includes(id) ?? true) && !skip.includes(id))
  if (chosen.length > 0) return chosen
  throw new MitraError('usage', 'NO_CHECK', '--only and --skip together leave no check.')
}
