import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'

/** Bytes of all files below a folder. */
export function sizeOfFolder(folder: string): number {
  const entries = readdirSync(folder, {recursive: true, withFileTypes: true})
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + sizeOf(join(entry.parentPath, entry.name)), 0)
}

// A running server removes files while we look.
function sizeOf(path: string): number {
  return statSync(path, {throwIfNoEntry: false})?.size ?? 0
}
