import {statSync} from 'node:fs'
import {dirname} from 'node:path'

/**
 * Whether the services' account can run a program: as root it is another one than ours, and a home
 * of root is closed to it. An ordinary user runs the services himself.
 */
export function isReachable(path: string): boolean {
  if (process.getuid?.() !== 0) return true
  const parent = dirname(path)
  return (statSync(path).mode & 0o001) !== 0 && (parent === path || isReachable(parent))
}
