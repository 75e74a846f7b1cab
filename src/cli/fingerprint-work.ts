import {
  compareFingerprints,
  fingerprintOf,
  fingerprintLines,
  type Difference,
} from '../features/doctor/fingerprint.js'
import {observeToolchain} from '../features/toolchain/observe.js'
import type {Fingerprint} from '../ports/fingerprint.js'
import {serviceNames} from '../ports/stack.js'
import {table} from './table.js'
import type {Tools, Workspace} from './tools.js'

/** Settings that change how services and data behave; ports and paths are a machine's own. */
const telling = [
  'database.name',
  'objectStore.provider',
  'objectStore.bucket',
  'images.postgres',
  'images.redis',
  'images.objectStore',
  'images.nginx',
  'migrations.command',
  'tenants.demo',
] as const

export interface FingerprintResult {
  readonly fingerprint: Fingerprint
  /** With --compare: what is not the same there. */
  readonly differences?: readonly Difference[]
}

/** Takes the fingerprint of this machine and, with a file of another one, what differs. */
export async function takeFingerprint(
  tools: Tools,
  file: string | undefined,
): Promise<FingerprintResult> {
  const {readFingerprint} = await import('../config/fingerprint-file.js')
  // Its mistakes are said before anything is looked at.
  const there = file === undefined ? undefined : await readFingerprint(file)
  const [prober, workspace] = await Promise.all([tools.toolProber(), workspaceIfAny(tools)])
  const states = await observeToolchain(await tools.toolchain(), 'full', prober)
  const fingerprint = fingerprintOf({
    mitra: tools.version,
    platform: prober.platform,
    architecture: (await tools.host()).architecture,
    tools: sorted(
      states.flatMap(({id, state, version}) =>
        state === 'absent' ? [] : [[id, version ?? 'present'] as const],
      ),
    ),
    ...(workspace === undefined ? noWorkspace : await ofWorkspace(tools, workspace)),
  })
  if (there === undefined) return {fingerprint}
  return {fingerprint, differences: compareFingerprints(fingerprint, there)}
}

async function workspaceIfAny(tools: Tools): Promise<Workspace | undefined> {
  const prospect = await tools.prospect()
  return prospect.isNew ? undefined : prospect
}

const noWorkspace = {engine: undefined, lock: {}, services: {}, settings: {}}

async function ofWorkspace(tools: Tools, {layout, config}: Workspace) {
  const [{engine}, states, lockText] = await Promise.all([
    tools.engine(),
    tools.stack().then((stack) => stack.states()),
    tools.files().then((files) => files.read(`${layout.root}/mitra.lock`)),
  ])
  const services = serviceNames.flatMap((name) => {
    const {kind, version} = states.get(name) ?? {}
    return kind === undefined ? [] : [[name, [kind, version].filter(Boolean).join(' ')] as const]
  })
  const settings = telling.map((key) => [key, String(config.values[key])] as const)
  return {
    engine,
    lock: lockText === undefined ? {} : await lockedVersions(`${layout.root}/mitra.lock`, lockText),
    services: sorted(services),
    settings: sorted(settings),
  }
}

async function lockedVersions(path: string, text: string) {
  const {parseToolchainLock} = await import('../config/toolchain/parse-lock.js')
  return sorted(Object.entries(parseToolchainLock(path, text).tools))
}

function sorted(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The digest and every part of it, or what differs. */
export function fingerprintText({fingerprint, differences}: FingerprintResult): string {
  if (differences === undefined) {
    const rows = fingerprintLines(fingerprint).map(([subject, value]) => [subject, value])
    return `${table(['Subject', 'Here'], rows)}\n\n${fingerprint.digest}`
  }
  if (differences.length === 0) return `The same: ${fingerprint.digest}.`
  const rows = differences.map(({subject, here = '-', there = '-'}) => [subject, here, there])
  return table(['Subject', 'Here', 'There'], rows)
}
