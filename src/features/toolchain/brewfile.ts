import type {BrewWay, EditorExtension, Tool} from '../../ports/toolchain.js'

const begin = "# mitra's part: written by mitra setup --profile, from toolchain.yml."
const end = "# The end of mitra's part; lines outside of it are kept."

/** What Homebrew calls the packages of a tool; a cask is told by its `cask/`. */
export function brewNames({formula, cask, also}: BrewWay): readonly string[] {
  const own = cask === undefined ? (formula ?? '') : `cask/${cask}`
  return [own, ...also]
}

/** The lines of a Brewfile that get a tool. */
export function brewfileLines({brew}: Tool): readonly string[] {
  if (brew === undefined) return []
  const {formula, cask, also, link, noBinaries} = brew
  const own =
    cask === undefined
      ? `brew "${formula ?? ''}"${link ? ', link: true' : ''}`
      : `cask "${cask}"${noBinaries ? ', args: { "no-binaries": true }' : ''}`
  return [...also.map((name) => `brew "${name}"`), own]
}

export function extensionLine({id}: EditorExtension): string {
  return `vscode "${id}"`
}

/** A Brewfile of one tool alone. */
export function manifestText(tool: Tool): string {
  return `${brewfileLines(tool).join('\n')}\n`
}

/** The Brewfile of the workspace with our part as it should be; all else stays as it is. */
export function withOurPart(text: string | undefined, lines: readonly string[]): string {
  const part = [begin, ...lines, end].join('\n')
  const {before, ours, after} = partsOf(text ?? '')
  if (ours !== undefined) return `${before}${part}${after}`
  const separated = before === '' || before.endsWith('\n') ? before : `${before}\n`
  return `${separated}${part}\n`
}

/** The lines between our marks. */
export function ourLines(text: string | undefined): readonly string[] {
  const {ours} = partsOf(text ?? '')
  return ours === undefined ? [] : ours.split('\n').slice(1, -1)
}

/**
 * A Brewfile as it was before we wrote to it, with what a person changed since; undefined when nothing
 * would be left of it.
 */
export function withoutOurPart(
  now: string,
  was: {readonly before: string | undefined; readonly written: string},
): string | undefined {
  if (now === was.written) return was.before
  const {before, ours, after} = partsOf(now)
  if (ours === undefined) return now
  const earlier = partsOf(was.before ?? '').ours
  const rest = `${before}${earlier ?? ''}${earlier === undefined ? after.replace(/^\n/, '') : after}`
  return rest.trim() === '' ? undefined : rest
}

interface Parts {
  readonly before: string
  /** With its marks; undefined when there is none. */
  readonly ours: string | undefined
  readonly after: string
}

function partsOf(text: string): Parts {
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from === -1 || to === -1) return {before: text, ours: undefined, after: ''}
  const stop = to + end.length
  return {before: text.slice(0, from), ours: text.slice(from, stop), after: text.slice(stop)}
}
