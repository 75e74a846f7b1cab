import {MitraError} from '../../../errors.js'
import type {Migration, Migrations} from '../files.js'

/** Which files are meant: all, or those named by path, file name or version. */
export function filesNamed(
  {shared, tenant}: Migrations,
  names: readonly string[],
): (migration: Migration) => boolean {
  const all = [...shared, ...tenant]
  const unknown = names.find((name) => !all.some((one) => isNamed(one, name)))
  if (unknown !== undefined) {
    throw new MitraError('usage', 'NO_SUCH_MIGRATION', `There is no migration ${unknown}.`, {
      hints: ['Its path, its file name or its version: mitra db status names them.'],
    })
  }
  return (migration) => names.length === 0 || names.some((name) => isNamed(migration, name))
}

function isNamed({path, version, name}: Migration, given: string): boolean {
  const known = [path, path.split('/').at(-1), version, name, `${version}_${name}`]
  return known.includes(given) || given.endsWith(`/${path}`)
}
