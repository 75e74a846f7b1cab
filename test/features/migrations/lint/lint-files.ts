import {PgQueryReader} from '../../../../src/adapters/sql-lint/pg-query-reader.js'
import {Squawk} from '../../../../src/adapters/sql-lint/squawk.js'
import {readMigrations} from '../../../../src/features/migrations/files.js'
import type {FileVerdict} from '../../../../src/features/migrations/lint/finding.js'
import {lintMigrations} from '../../../../src/features/migrations/lint/lint.js'
import type {MigrationScope, MigrationText} from '../../../../src/ports/migration-files.js'

/** Tables that the cases change: made by an earlier file, as in a workspace that is in use. */
const before = `-- migrate:up
CREATE TABLE users (
  tenant_id uuid NOT NULL, user_id uuid NOT NULL, email text, PRIMARY KEY (tenant_id, user_id)
);
CREATE TABLE events (
  tenant_id uuid NOT NULL, id uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id, at)
) PARTITION BY RANGE (at);
-- migrate:down
`

const shared = `-- migrate:up
CREATE TABLE shared_schema.countries (code text PRIMARY KEY);
CREATE TABLE shared_schema.tenants (tenant_id uuid PRIMARY KEY);
CREATE FUNCTION shared_schema.touch() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN NEW; END $$;
-- migrate:down
`

export function migrationText(scope: MigrationScope, version: string, text: string): MigrationText {
  const fileName = `${version}_case.sql`
  return {scope, fileName, path: `database/${scope}/${fileName}`, text}
}

const tools = {reader: new PgQueryReader(), checker: new Squawk()}

/** What lint says of files, with the real parser and the real squawk. */
export async function lintTexts(
  texts: readonly MigrationText[],
  isChosen: (version: string) => boolean = () => true,
): Promise<readonly FileVerdict[]> {
  const migrations = readMigrations(texts)
  return lintMigrations({migrations, texts}, ({version}) => isChosen(version), tools)
}

/** One file in a workspace that has two already; `up` begins on line 2. */
export async function lintUp(
  up: string,
  {scope = 'tenant', down = ''}: {readonly scope?: MigrationScope; readonly down?: string} = {},
): Promise<FileVerdict> {
  const version = '20990101000000'
  const text = `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`
  const texts = [
    migrationText('shared', '20260101000000', shared),
    ...(scope === 'shared' ? [migrationText(scope, version, text)] : []),
    migrationText('tenant', '20260101000000', before),
    ...(scope === 'tenant' ? [migrationText(scope, version, text)] : []),
  ]
  const [verdict] = await lintTexts(texts, (one) => one === version)
  if (verdict === undefined) throw new Error('the file was not looked at')
  return verdict
}
