import {join} from 'node:path'

/** Node and mitra, both in full: who calls them later has another PATH. */
export function mitraProgram(root: string): readonly [string, string] {
  return [process.execPath, join(root, 'bin/run.js')]
}
