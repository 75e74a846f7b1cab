import * as v from 'valibot'
import {
  toolchainProfiles,
  toolPlatforms,
  type Tool,
  type Toolchain,
  type ToolDetection,
} from '../../ports/toolchain.js'
import {readCheckedYaml, type CheckedYaml} from '../checked-yaml.js'

const words = v.pipe(v.string('expected a text'), v.minLength(1, 'expected a text'))

const versionText = v.pipe(
  v.string("expected a version in quotes such as '3.11'"),
  v.regex(/^\d+(\.\d+)*$/, "expected a version such as '3.11'"),
)

const wholeGigabytes = v.pipe(
  v.number('expected a number of gigabytes'),
  v.integer('expected a whole number of gigabytes'),
  v.minValue(1, 'expected 1 or more'),
)

const detection = v.strictObject({
  programs: v.optional(v.array(words, 'expected a list of programs'), []),
  arguments: v.optional(v.array(words, 'expected a list of arguments'), []),
  pattern: v.optional(v.string('expected a regular expression'), ''),
  folders: v.optional(v.array(words, 'expected a list of folders'), []),
})

const packageNames = v.array(
  v.pipe(
    v.string('expected a name'),
    // What begins with a hyphen would be an option.
    v.regex(/^[a-z0-9][a-z0-9+.-]*$/, 'expected the name of a package'),
  ),
  'expected a list of packages',
)

const groupName = v.pipe(
  v.string('expected a name'),
  v.regex(/^[a-z_][a-z0-9_-]*$/, 'expected the name of a group'),
)

const wholeNumber = (unit: string) =>
  v.pipe(v.number(`expected a number of ${unit}`), v.minValue(1, 'expected 1 or more'))

const effort = {sizeMb: wholeNumber('megabytes'), minutes: wholeNumber('minutes')}

const aptWay = v.strictObject({
  packages: v.pipe(packageNames, v.minLength(1, 'expected a package')),
  also: v.optional(packageNames, []),
  optional: v.optional(packageNames, []),
  groups: v.optional(v.array(groupName, 'expected a list of groups'), []),
  ...effort,
})

const brewName = v.pipe(
  v.string('expected a name'),
  v.regex(/^[a-z0-9][a-z0-9@+./-]*$/, 'expected the name of a formula or a cask'),
)

const trueOrFalse = v.boolean('expected true or false')

const brewWay = v.strictObject({
  formula: v.optional(brewName),
  cask: v.optional(brewName),
  also: v.optional(v.array(brewName, 'expected a list of formulae'), []),
  link: v.optional(trueOrFalse, false),
  noBinaries: v.optional(trueOrFalse, false),
  ...effort,
})

const toolId = v.pipe(
  v.string('expected a word'),
  v.regex(/^[a-z][a-z0-9-]*$/, 'expected a-z, 0-9 and -'),
)

const profiles = v.pipe(
  v.array(v.picklist(toolchainProfiles), 'expected a list of profiles'),
  v.minLength(1, 'expected a profile'),
)

const where = {
  profiles,
  platforms: v.optional(v.array(v.picklist(toolPlatforms)), [...toolPlatforms]),
}

const choice = v.strictObject({
  id: toolId,
  title: words,
  ...where,
  options: v.pipe(
    v.array(toolId, 'expected a list of tools'),
    v.minLength(2, 'expected two tools'),
  ),
  default: toolId,
})

const extension = v.strictObject({
  id: v.pipe(
    v.string('expected publisher.name'),
    v.regex(/^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9._-]*$/i, 'expected publisher.name'),
  ),
  profiles,
})

const tool = v.strictObject({
  id: toolId,
  title: words,
  ...where,
  minimum: v.optional(versionText),
  detect: detection,
  apt: v.optional(aptWay),
  brew: v.optional(brewWay),
  human: v.optional(words),
  optional: v.optional(v.boolean('expected true or false'), false),
  after: v.optional(words),
})

const toolchainFile = v.strictObject({
  machine: v.strictObject({
    memoryGb: wholeGigabytes,
    diskGb: wholeGigabytes,
    macos: versionText,
    architectures: v.optional(v.array(v.picklist(['arm64', 'x64'])), ['arm64', 'x64']),
  }),
  tools: v.pipe(v.array(tool, 'expected a list of tools'), v.minLength(1, 'expected a tool')),
  choices: v.optional(v.array(choice, 'expected a list of choices'), []),
  extensions: v.optional(v.array(extension, 'expected a list of extensions'), []),
})

/** What a machine has to have; every mistake names its line. */
export function parseToolchain(file: string, text: string): Toolchain {
  const checked = readCheckedYaml(file, text, toolchainFile)
  const ids = refuseWrongTools(checked)
  refuseWrongChoices(checked, ids)
  const {machine, choices, extensions} = checked.value
  const tools = checked.value.tools.map(({optional: isOptional, ...one}): Tool => ({
    ...one,
    minimum: one.minimum,
    apt: one.apt,
    brew: one.brew === undefined ? undefined : {...one.brew, ...nameOf(one.brew)},
    human: one.human,
    isOptional,
    after: one.after,
  }))
  return {file, machine, tools, choices, extensions}
}

type CheckedFile = CheckedYaml<v.InferOutput<typeof toolchainFile>>

/** The ids of the tools. */
function refuseWrongTools({value, refuse}: CheckedFile): ReadonlySet<string> {
  const taken = new Set<string>()
  for (const [at, {id, detect, brew}] of value.tools.entries()) {
    if (taken.has(id)) throw refuse(['tools', at, 'id'], `there are two of ${id}.`)
    taken.add(id)
    const problem = detectionProblem(detect)
    if (problem !== undefined) throw refuse(['tools', at, 'detect'], problem)
    if (brew !== undefined && (brew.formula === undefined) === (brew.cask === undefined)) {
      throw refuse(['tools', at, 'brew'], 'it needs a formula or a cask, one of them.')
    }
  }
  return taken
}

function refuseWrongChoices({value, refuse}: CheckedFile, ids: ReadonlySet<string>): void {
  for (const [at, {options, default: preferred}] of value.choices.entries()) {
    const unknown = options.find((option) => option !== 'none' && !ids.has(option))
    if (unknown !== undefined) throw refuse(['choices', at, 'options'], `no tool is ${unknown}.`)
    if (!options.includes(preferred)) {
      throw refuse(['choices', at, 'default'], `${preferred} is not one of its options.`)
    }
  }
}

/** Both keys, one of them undefined. */
function nameOf({
  formula,
  cask,
}: {
  readonly formula?: string | undefined
  readonly cask?: string | undefined
}) {
  return {formula, cask}
}

function detectionProblem({programs, pattern, folders}: ToolDetection): string | undefined {
  if (programs.length + folders.length === 0) return 'it needs programs or folders.'
  if (programs.length === 0) return undefined
  const groups = groupsOf(pattern)
  if (groups === undefined) return `${JSON.stringify(pattern)} is no regular expression.`
  return groups === 0 ? 'the pattern needs a group for the version.' : undefined
}

/** How many groups it has: one that matches everything tells. */
function groupsOf(pattern: string): number | undefined {
  try {
    return (new RegExp(`${pattern}|`).exec('')?.length ?? 1) - 1
  } catch {
    return undefined
  }
}
