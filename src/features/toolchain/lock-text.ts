import type {ToolchainLock, ToolPlatform} from '../../ports/toolchain.js'
import type {ToolState} from './observe.js'

/** What was found, as a lock. A tool that is absent or states no version is not in it. */
export function lockOf(
  states: readonly ToolState[],
  {platform, architecture}: {readonly platform: ToolPlatform; readonly architecture: string},
): ToolchainLock {
  const known = states.flatMap(({id, version}) => (version === undefined ? [] : [[id, version]]))
  return {platform, architecture, tools: Object.fromEntries(known)}
}

/** The text of `mitra.lock`: the same tools give the same bytes, whatever their order. */
export function lockText({platform, architecture, tools}: ToolchainLock): string {
  const sorted = Object.entries(tools).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const lock = {version: 1, platform, architecture, tools: Object.fromEntries(sorted)}
  return `${JSON.stringify(lock, null, 2)}\n`
}
