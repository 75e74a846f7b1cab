import {createHash} from 'node:crypto'
import type {Database} from '../../ports/database.js'
import type {RunWriter} from '../../ports/journal.js'
import type {Secrets} from '../../ports/secrets.js'
import {identifier, literal} from '../../ports/sql-text.js'
import {fingerprintFunctionsSql} from './fingerprint.js'

interface BootstrapTools {
  readonly database: Database
  readonly secrets: Secrets
  /** Turns a password into what the server stores; the password itself is not sent. */
  readonly verifierOf: (password: string) => string
  readonly run: RunWriter
}

/** Roles, shared_schema and ledger in one transaction, as the superuser: the only thing it does. */
export async function applyBootstrap(tools: BootstrapTools): Promise<void> {
  const {database, secrets, verifierOf, run} = tools
  const password = (await secrets.ensure('postgres.migrator')).reveal()
  const session = await database.connect({role: 'admin'})
  try {
    await session.script(bootstrapSql(database.name, verifierOf(password)))
  } finally {
    await session.close()
  }
  await run.done('db.bootstrap')
}

/** The ledger and its functions: made where they are missing, brought up to date where they are older. */
const ledgerTableSql = `CREATE TABLE IF NOT EXISTS shared_schema.schema_migrations (
  tenant_id uuid,
  version text NOT NULL CHECK (version ~ '^[0-9]{14}$'),
  name text NOT NULL,
  checksum text NOT NULL,
  previous_checksum text,
  applied_at timestamptz NOT NULL DEFAULT now(),
  milliseconds numeric(12, 3) NOT NULL,
  tool_version text NOT NULL,
  run_id text NOT NULL,
  UNIQUE NULLS NOT DISTINCT (tenant_id, version)
);
-- Null in rows of a mitra that had no fingerprints, and while a file outside a transaction runs.
ALTER TABLE shared_schema.schema_migrations ADD COLUMN IF NOT EXISTS fingerprint_after text;
ALTER TABLE shared_schema.schema_migrations ADD COLUMN IF NOT EXISTS state text NOT NULL
  DEFAULT 'done' CHECK (state IN ('running', 'done'));
${fingerprintFunctionsSql}`

/** Kept as the comment of the ledger: another text means that the server has another one. */
export const ledgerDefinition = createHash('sha256')
  .update(ledgerTableSql)
  .digest('hex')
  .slice(0, 12)

/** Safe to run again: after a reset of the migrator's password and after an update of mitra too. */
export function bootstrapSql(database: string, verifier: string): string {
  const name = identifier(database)
  return `BEGIN;
SET LOCAL log_statement = 'none';
SET LOCAL lock_timeout = '30s';
SELECT pg_advisory_xact_lock(hashtextextended('mitra bootstrap', 0));
DO $roles$ BEGIN
  IF to_regrole('mitra_migrator') IS NULL THEN
    CREATE ROLE mitra_migrator LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE;
  END IF;
  IF to_regrole('mitra_tenant') IS NULL THEN
    CREATE ROLE mitra_tenant NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END $roles$;
ALTER ROLE mitra_migrator PASSWORD ${literal(verifier)};
GRANT mitra_tenant TO mitra_migrator WITH ADMIN OPTION, INHERIT FALSE, SET FALSE;
REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE ${name} TO mitra_migrator;
GRANT CONNECT ON DATABASE ${name} TO mitra_tenant;
-- A tenant has no business in the cluster's own databases either.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS shared_schema AUTHORIZATION mitra_migrator;
SET LOCAL ROLE mitra_migrator;
GRANT USAGE ON SCHEMA shared_schema TO mitra_tenant;
${ledgerTableSql}
COMMENT ON TABLE shared_schema.schema_migrations IS ${literal(ledgerDefinition)};
ALTER DEFAULT PRIVILEGES FOR ROLE mitra_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMIT;`
}
