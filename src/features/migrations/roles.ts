/** Who may log in with a password that this workspace keeps, and what the others share; run as the superuser. */
export const rolesSql = `DO $roles$ BEGIN
  IF to_regrole('mitra_migrator') IS NULL THEN
    CREATE ROLE mitra_migrator LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE;
  END IF;
  IF to_regrole('mitra_tenant') IS NULL THEN
    CREATE ROLE mitra_tenant NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF to_regrole('mitra_auditor') IS NULL THEN
    CREATE ROLE mitra_auditor NOSUPERUSER NOBYPASSRLS;
  END IF;
END $roles$;
-- An older mitra made it without a login. Its grants are what keeps it from writing, not this setting.
ALTER ROLE mitra_auditor LOGIN;
ALTER ROLE mitra_auditor SET default_transaction_read_only = on;
`
