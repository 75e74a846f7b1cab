import {readFile} from 'node:fs/promises'
import * as v from 'valibot'
import {codeOf, MitraError} from '../errors.js'
import type {FileEntry} from './file.js'
import {environmentName, settingKeys, settings, type SettingKey, type Settings} from './settings.js'

export type Origin = 'flag' | 'environment' | 'file' | 'default'

/** Where one value came from; `where` is the flag, the variable or `mitra.yml:12`. */
export interface Explained {
  readonly key: SettingKey
  readonly value: string | number | readonly string[]
  readonly origin: Origin
  readonly where: string
}

export interface Config {
  readonly values: Settings
  readonly explained: readonly Explained[]
  /** True when somebody chose the value: flag, environment or file. */
  isChosen(key: SettingKey): boolean
}

export type Overrides = {readonly [K in SettingKey]?: Settings[K] | undefined}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads and checks the settings: flag, then environment, then mitra.yml, then default. */
export async function loadConfig(
  file: string | undefined,
  environment: Environment,
  overrides: Overrides = {},
): Promise<Config> {
  const entries = file === undefined ? new Map<SettingKey, FileEntry>() : await readEntries(file)
  const explained = settingKeys.map((key) => explain(key, {entries, environment, overrides}))
  const values = Object.fromEntries(explained.map(({key, value}) => [key, value]))
  // Each value went through its own schema in `explain`, so the whole has the table's type.
  return {
    values: values as unknown as Settings,
    explained,
    isChosen: (key) => chosen(explained, key),
  }
}

async function readEntries(file: string): Promise<ReadonlyMap<SettingKey, FileEntry>> {
  try {
    const text = await readFile(file, 'utf8')
    // The YAML parser is a third of the start of a small command: only where there is a file.
    const {parseSettingsFile} = await import('./file.js')
    return await parseSettingsFile(file, text)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new MitraError('config', 'CONFIG_MISSING', `There is no ${file}.`, {
      hints: ['mitra init writes one.'],
      cause: error,
    })
  }
}

interface Sources {
  readonly entries: ReadonlyMap<SettingKey, FileEntry>
  readonly environment: Environment
  readonly overrides: Overrides
}

function explain(key: SettingKey, {entries, environment, overrides}: Sources): Explained {
  const flag = overrides[key]
  if (flag !== undefined) {
    return {key, value: checked(key, flag, 'flag'), origin: 'flag', where: 'command line'}
  }
  const variable = environmentName(key)
  const text = environment[variable]
  if (text !== undefined && text !== '') {
    const value = checked(key, fromText(key, text), variable)
    return {key, value, origin: 'environment', where: variable}
  }
  const entry = entries.get(key)
  if (entry !== undefined) {
    return {key, value: checked(key, entry.value, entry.where), origin: 'file', where: entry.where}
  }
  return {key, value: settings[key].fallback, origin: 'default', where: 'default'}
}

function fromText(key: SettingKey, text: string): unknown {
  const {fallback} = settings[key]
  if (typeof fallback === 'number') return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (typeof fallback === 'string') return text
  return text.split(',').map((part) => part.trim())
}

function checked(key: SettingKey, value: unknown, where: string): Explained['value'] {
  const result = v.safeParse(settings[key].schema, value)
  if (result.success) return result.output
  const [issue] = result.issues
  const got = JSON.stringify(value)
  throw new MitraError('config', 'CONFIG_VALUE', `${where} ${key}: ${issue.message}, got ${got}.`, {
    hints: [settings[key].about, `The default is ${JSON.stringify(settings[key].fallback)}.`],
  })
}

function chosen(explained: readonly Explained[], key: SettingKey): boolean {
  return explained.some((entry) => entry.key === key && entry.origin !== 'default')
}
