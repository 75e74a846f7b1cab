import type {Database} from '../../ports/database.js'
import type {RunWriter} from '../../ports/journal.js'
import type {Secrets} from '../../ports/secrets.js'
import {identifier, literal} from '../../ports/sql-text.js'
import {ledgerSql} from './ledger.js'
import {rolesSql} from './roles.js'

interface BootstrapTools {
  readonly database: Database
  readonly secrets: Secrets
  /** Turns a password into what the server stores; the password itself is not sent. */
  readonly verifierOf: (password: string) => string
  readonly run: RunWriter
}

/** What the server keeps of the passwords. */
type Verifiers = Readonly<Record<'migrator' | 'auditor', string>>

/** Roles, shared_schema and ledger in one transaction, as the superuser: the only thing it does. */
export async function applyBootstrap(tools: BootstrapTools): Promise<void> {
  const {database, secrets, verifierOf, run} = tools
  const verifierFor = async (role: string) =>
    verifierOf((await secrets.ensure(`postgres.${role}`)).reveal())
  const verifiers = {migrator: await verifierFor('migrator'), auditor: await verifierFor('auditor')}
  const session = await database.connect({role: 'admin'})
  try {
    await session.script(bootstrapSql(database.name, verifiers))
  } finally {
    await session.close()
  }
  await run.done('db.bootstrap')
}

/** Safe to run again: after a reset of a password and after an update of mitra too. */
export function bootstrapSql(database: string, verifiers: Verifiers): string {
  const name = identifier(database)
  return `BEGIN;
SET LOCAL log_statement = 'none';
SET LOCAL lock_timeout = '30s';
SELECT pg_advisory_xact_lock(hashtextextended('mitra bootstrap', 0));
${rolesSql}ALTER ROLE mitra_migrator PASSWORD ${literal(verifiers.migrator)};
ALTER ROLE mitra_auditor PASSWORD ${literal(verifiers.auditor)};
GRANT mitra_tenant TO mitra_migrator WITH ADMIN OPTION, INHERIT FALSE, SET FALSE;
REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE ${name} TO mitra_migrator;
GRANT CONNECT ON DATABASE ${name} TO mitra_tenant, mitra_auditor;
-- A tenant has no business in the cluster's own databases either.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS shared_schema AUTHORIZATION mitra_migrator;
SET LOCAL ROLE mitra_migrator;
GRANT USAGE ON SCHEMA shared_schema TO mitra_tenant;
${ledgerSql}
ALTER DEFAULT PRIVILEGES FOR ROLE mitra_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMIT;`
}
