import type {Migration, Migrations} from '../features/migrations/files.js'
import type {FileVerdict} from '../features/migrations/lint/finding.js'
import {lintMigrations, type LintTools} from '../features/migrations/lint/lint.js'
import {keepVerdicts, refuseUnsafe} from '../features/migrations/lint/verdicts.js'
import type {Tools} from './tools.js'

/** Throws MIGRATION_UNSAFE when lint finds something in files that are about to run. */
export async function refuseUnsafeMigrations(
  tools: Tools,
  migrations: Migrations,
  pending: readonly Migration[],
): Promise<void> {
  await refuseUnsafe(migrations, pending, {
    ...(await verdictPlace(tools)),
    open: () => openLint(tools),
    texts: async () => (await tools.migrationFiles()).read(),
  })
}

/** Looks at files anew, whatever was said of them before. */
export async function lintWorkspace(
  tools: Tools,
  migrations: Migrations,
  isChosen: (migration: Migration) => boolean,
): Promise<readonly FileVerdict[]> {
  const texts = await (await tools.migrationFiles()).read()
  const verdicts = await lintMigrations({migrations, texts}, isChosen, await openLint(tools))
  await keepVerdicts(migrations, verdicts, await verdictPlace(tools))
  return verdicts
}

async function openLint(tools: Tools): Promise<LintTools> {
  return {reader: await tools.sqlReader(), checker: await tools.ddlChecker()}
}

async function verdictPlace(tools: Tools) {
  const {layout} = await tools.workspace()
  const path = `${layout.state}/lint.json`
  return {files: await tools.files(), path, toolVersion: tools.version}
}
