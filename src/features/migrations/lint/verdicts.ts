import {createHash} from 'node:crypto'
import {MitraError} from '../../../errors.js'
import type {Files} from '../../../ports/files.js'
import type {MigrationText} from '../../../ports/migration-files.js'
import type {Migration, Migrations} from '../files.js'
import type {FileVerdict, LintFinding} from './finding.js'
import {lintMigrations, type LintTools} from './lint.js'

/** What lint has said before, by a key of the file and all before it. */
type Verdicts = Readonly<Record<string, FileVerdict>>

interface VerdictTools {
  readonly files: Files
  /** Where verdicts are kept. */
  readonly path: string
  readonly toolVersion: string
  /** Opened only when a file has no verdict yet: parser and squawk are heavy. */
  readonly open: () => Promise<LintTools>
  readonly texts: () => Promise<readonly MigrationText[]>
}

/** Looks at the files given, those seen before from memory; throws MIGRATION_UNSAFE for the rest. */
export async function refuseUnsafe(
  migrations: Migrations,
  pending: readonly Migration[],
  tools: VerdictTools,
): Promise<void> {
  if (pending.length === 0) return
  const wanted = new Set(pending.map(({path}) => path))
  const keys = verdictKeys(migrations, tools.toolVersion)
  const kept = await readVerdicts(tools)
  const isNew = ({path}: Migration) => wanted.has(path) && kept[keys.get(path) ?? ''] === undefined
  const fresh = pending.some(isNew)
    ? await lintMigrations({migrations, texts: await tools.texts()}, isNew, await tools.open())
    : []
  const all = {...kept, ...keyed(fresh, keys)}
  if (fresh.length > 0) await writeVerdicts(all, keys, tools)
  const findings = pending.flatMap(({path}) => all[keys.get(path) ?? '']?.findings ?? [])
  if (findings.length > 0) throw unsafe(findings)
}

/** Keeps the verdicts of a whole look. */
export async function keepVerdicts(
  migrations: Migrations,
  verdicts: readonly FileVerdict[],
  tools: Pick<VerdictTools, 'files' | 'path' | 'toolVersion'>,
): Promise<void> {
  const keys = verdictKeys(migrations, tools.toolVersion)
  await writeVerdicts(keyed(verdicts, keys), keys, tools)
}

/** A verdict holds while neither the file nor one before it changes, nor mitra. */
function verdictKeys(
  {shared, tenant}: Migrations,
  toolVersion: string,
): ReadonlyMap<string, string> {
  let before = toolVersion
  return new Map(
    [...shared, ...tenant].map(({path, checksum}) => {
      before = createHash('sha256').update(`${before} ${path} ${checksum}`).digest('hex')
      return [path, before]
    }),
  )
}

function keyed(verdicts: readonly FileVerdict[], keys: ReadonlyMap<string, string>): Verdicts {
  return Object.fromEntries(verdicts.map((one) => [keys.get(one.path) ?? '', one]))
}

/** A file that cannot be read is no verdict: everything is looked at again. */
async function readVerdicts({
  files,
  path,
}: Pick<VerdictTools, 'files' | 'path'>): Promise<Verdicts> {
  const text = await files.read(path)
  try {
    const parsed: {readonly verdicts?: Verdicts} = JSON.parse(text ?? '{}')
    return parsed.verdicts ?? {}
  } catch {
    return {}
  }
}

async function writeVerdicts(
  verdicts: Verdicts,
  keys: ReadonlyMap<string, string>,
  {files, path}: Pick<VerdictTools, 'files' | 'path'>,
): Promise<void> {
  const current = new Set(keys.values())
  const kept = Object.entries(verdicts).filter(([key]) => current.has(key))
  await files.write(path, `${JSON.stringify({verdicts: Object.fromEntries(kept)})}\n`)
}

const mostShown = 10

function unsafe(findings: readonly LintFinding[]): MitraError {
  const [first, ...others] = findings.map(
    ({path, line, rule, why}) => `${path}:${line} ${rule}: ${why}`,
  )
  const shown = others.slice(0, mostShown)
  const left = others.length - shown.length
  return new MitraError('failed', 'MIGRATION_UNSAFE', first ?? '', {
    hints: [
      findings[0]?.fix ?? '',
      ...shown,
      ...(left > 0 ? [`And ${left} more: mitra db lint.`] : []),
      'Nothing was changed. What is meant so gets a line above it: -- mitra:allow RULE reason',
      'mitra db migrate --no-lint runs it without looking.',
    ],
  })
}
