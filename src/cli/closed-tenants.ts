import {MitraError} from '../errors.js'
import type {DatabaseState} from '../features/migrations/state.js'

/** A name that a half dropped or half restored tenant still holds is refused with the way out. */
export function refuseClosed(name: string, {closed}: DatabaseState): void {
  const tenant = closed.find((one) => one.name === name)
  if (tenant === undefined) return
  const isGoing = tenant.state === 'dropping'
  const message = `Tenant ${name} is half ${isGoing ? 'dropped' : 'restored'}.`
  throw new MitraError('refused', 'TENANT_CLOSED', message, {
    hints: [
      isGoing
        ? `mitra tenant drop ${name} goes on with it.`
        : `mitra tenant restore FILE --as ${name} begins it anew; mitra tenant drop ${name} removes it.`,
    ],
  })
}
