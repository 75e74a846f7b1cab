import type {Tool, Toolchain, ToolchainProfile, ToolProber} from '../../ports/toolchain.js'

/** One tool as the machine has it. */
export interface ToolState {
  readonly id: string
  readonly title: string
  /** `hidden`: one of too low a version comes first on PATH, a right one later. */
  readonly state: 'present' | 'hidden' | 'tooLow' | 'absent'
  readonly version: string | undefined
  readonly path: string | undefined
  /** Where the right one is, when another hides it. */
  readonly rightPath: string | undefined
}

interface FoundTool {
  readonly path: string
  readonly version: string | undefined
}

/** Looks for every tool of the profile at once. Changes nothing. */
export function observeToolchain(
  {tools}: Toolchain,
  profile: ToolchainProfile,
  prober: ToolProber,
): Promise<readonly ToolState[]> {
  const wanted = tools.filter(
    (tool) => tool.profiles.includes(profile) && tool.platforms.includes(prober.platform),
  )
  return Promise.all(wanted.map((tool) => observeTool(tool, prober)))
}

/** Looks for one tool. */
export async function observeTool(tool: Tool, prober: ToolProber): Promise<ToolState> {
  const found = [...(await foundPrograms(tool, prober)), ...(await foundFolders(tool, prober))]
  const right = found.find(({version}) => isEnough(version, tool.minimum))
  const [first] = found
  const {id, title} = tool
  const shown = {id, title, version: first?.version, path: first?.path, rightPath: undefined}
  if (first === undefined) return {...shown, state: 'absent'}
  if (right === undefined) return {...shown, state: 'tooLow'}
  if (right === first) return {...shown, state: 'present'}
  return {...shown, state: 'hidden', rightPath: right.path}
}

async function foundPrograms({detect}: Tool, prober: ToolProber): Promise<readonly FoundTool[]> {
  const pattern = new RegExp(detect.pattern, 'm')
  const asked = detect.programs.map((name) => prober.outputs(name, detect.arguments))
  return (await Promise.all(asked)).flat().flatMap(({path, output}) => {
    const version = pattern.exec(output)?.[1]
    return version === undefined ? [] : [{path, version}]
  })
}

async function foundFolders({detect}: Tool, prober: ToolProber): Promise<readonly FoundTool[]> {
  const there = await Promise.all(detect.folders.map((path) => prober.hasFolder(path)))
  return detect.folders.flatMap((path, at) => (there[at] ? [{path, version: undefined}] : []))
}

/** An application states no version: being there is enough. */
export function isEnough(version: string | undefined, minimum: string | undefined): boolean {
  if (version === undefined || minimum === undefined) return true
  const [have, need] = [version, minimum].map((text) => text.split('.').map(Number))
  for (const [at, wanted] of (need ?? []).entries()) {
    const part = have?.[at] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
