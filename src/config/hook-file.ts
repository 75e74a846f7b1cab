import {isMap, isScalar, parseDocument, YAMLMap, type Document} from 'yaml'
import {MitraError} from '../errors.js'
import type {HookFile} from '../ports/work-trees.js'
import {readYamlDocument} from './yaml-document.js'

/** Hooks of git that lefthook can install. */
const hookNames = new Set(
  [
    'applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg',
    'commit-msg post-commit pre-rebase post-checkout post-merge pre-push post-rewrite pre-auto-gc',
    'sendemail-validate fsmonitor-watchman reference-transaction',
  ].flatMap((line) => line.split(' ')),
)

/** lefthook.yml through the document: comments, order and the commands of others stay. */
export const yamlHookFile: HookFile = {
  hooksOf(path, text) {
    const {contents} = readYamlDocument(path, text).document
    if (!isMap(contents)) return []
    return contents.items.map(({key}) => String(key)).filter((name) => hookNames.has(name))
  },

  withOurs(path, text, ours, isReplacing) {
    if (text === undefined || text.trim() === '') return {text: ours, changed: []}
    const {document} = readYamlDocument(path, text)
    if (!isMap(document.contents) && document.contents !== null) {
      throw notOfHooks(path, 'its top is no map')
    }
    // Its scripts lie elsewhere, where ours would not be found.
    if (document.has('source_dir')) throw notOfHooks(path, 'source_dir is set')
    const differing = entriesIn(ours).filter((one) => {
      refuseOdd(path, document, one)
      return !sameJson(valueAt(document, one), one.value)
    })
    const changed = differing.filter((one) => valueAt(document, one) !== undefined)
    const edited = isReplacing ? differing : differing.filter((one) => !changed.includes(one))
    for (const one of edited) {
      document.setIn(placeOf(one), document.createNode(one.value))
    }
    return {
      // Untouched, the text is theirs to the byte.
      text: edited.length === 0 ? text : document.toString({lineWidth: 0}),
      changed: isReplacing ? [] : changed.map((one) => placeOf(one).join('.')),
    }
  },
}

function placeOf({hook, kind, name}: OurEntry): readonly string[] {
  return [hook, kind, name]
}

function valueAt(document: Document.Parsed, one: OurEntry): unknown {
  return toJson(document.getIn(placeOf(one)))
}

interface OurEntry {
  readonly hook: string
  readonly kind: string
  readonly name: string
  readonly value: unknown
}

function entriesIn(ours: string): readonly OurEntry[] {
  const {contents} = parseDocument(ours)
  return pairsOf(contents).flatMap(([hook, kinds]) =>
    hookNames.has(hook)
      ? pairsOf(kinds).flatMap(([kind, entries]) =>
          pairsOf(entries).map(([name, value]) => ({hook, kind, name, value: toJson(value)})),
        )
      : [],
  )
}

function pairsOf(node: unknown): readonly (readonly [string, unknown])[] {
  return isMap(node) ? node.items.map(({key, value}) => [String(key), value] as const) : []
}

function toJson(node: unknown): unknown {
  return isMap(node) ? node.toJSON() : node
}

/** A place of ours that holds something else than a map cannot be added to. */
function refuseOdd(path: string, document: Document.Parsed, {hook, kind}: OurEntry): void {
  for (const place of [[hook], [hook, kind]]) {
    const node: unknown = document.getIn(place, true)
    const isEmpty = node === undefined || (isScalar(node) && node.value === null)
    if (node instanceof YAMLMap) continue
    if (!isEmpty) throw notOfHooks(path, `${place.join('.')} is no map`)
    if (node !== undefined) document.setIn(place, document.createNode({}))
  }
}

function notOfHooks(path: string, why: string): MitraError {
  const message = `${path} is no configuration of lefthook that can be added to: ${why}.`
  return new MitraError('config', 'HOOK_FILE', message, {hints: ['lefthook validate']})
}

function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
