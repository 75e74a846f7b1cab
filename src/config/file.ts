import {closest, distance} from 'fastest-levenshtein'
import {isMap, isScalar, type Node, type Pair} from 'yaml'
import {MitraError} from '../errors.js'
import {isSettingKey, settingKeys, type SettingKey} from './settings.js'
import {readYamlDocument} from './yaml-document.js'

/** A value as written, and where: `mitra.yml:12`. */
export interface FileEntry {
  readonly value: unknown
  readonly where: string
}

/** The settings of a mitra.yml with their lines; an unknown key is an error with a did-you-mean. */
export async function parseSettingsFile(
  file: string,
  text: string,
): Promise<ReadonlyMap<SettingKey, FileEntry>> {
  const {name, document, lineOf} = readYamlDocument(file, text)
  const entries = new Map<SettingKey, FileEntry>()
  const root = document.contents
  if (root === null) return entries
  if (!isMap(root)) {
    throw new MitraError(
      'config',
      'CONFIG_YAML',
      `${name}:1 holds no settings, but a list or a word.`,
      {
        hints: ['Write lines such as `engine: native`.'],
      },
    )
  }
  collect(root.items, '', (path, key, value) => {
    const where = `${name}:${lineOf(key.range?.[0] ?? 0)}`
    if (!isSettingKey(path)) throw unknownKey(path, where)
    entries.set(path, {value: plain(value), where})
  })
  return entries
}

type Visit = (path: string, key: Node, value: unknown) => void

function collect(items: readonly Pair[], prefix: string, visit: Visit): void {
  for (const {key, value} of items) {
    if (!isScalar(key)) continue
    const path = `${prefix}${String(key.value)}`
    const isSection = settingKeys.some((known) => known.startsWith(`${path}.`))
    if (isSection && isMap(value)) collect(value.items, `${path}.`, visit)
    // A section that is written but empty (`ports:`) chooses nothing.
    else if (!(isSection && isEmpty(value))) visit(path, key, value)
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null)
}

function plain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'toJSON' in value) {
    return typeof value.toJSON === 'function' ? value.toJSON() : value
  }
  return value
}

function unknownKey(path: string, where: string): MitraError {
  const near = closest(path, settingKeys)
  const isNear = distance(path, near) <= Math.max(2, Math.floor(path.length / 3))
  const hints = [
    ...(isNear ? [`Did you mean ${near}?`] : []),
    'mitra config show lists every setting.',
  ]
  return new MitraError('config', 'CONFIG_KEY', `${where} unknown setting: ${path}.`, {hints})
}
