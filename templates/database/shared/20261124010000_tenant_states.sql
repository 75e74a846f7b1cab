-- migrate:up
-- A tenant may be used while it is `active`. A `spare` is a schema made ahead, migrated like the
-- others, that the next tenant takes over; `dropping` and `restoring` are on their way out and in.
ALTER TABLE shared_schema.tenants ADD COLUMN state text NOT NULL DEFAULT 'active'
  CONSTRAINT tenants_state_check CHECK (state IN ('active', 'spare', 'dropping', 'restoring'));

-- A session that was open when its tenant was closed sees no row any more.
CREATE OR REPLACE FUNCTION shared_schema.current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
  SELECT CASE
    WHEN session_user = 'mitra_migrator'
      THEN nullif(current_setting('mitra.tenant_id', true), '')::uuid
    ELSE (SELECT tenant_id FROM shared_schema.tenants
           WHERE login_name = session_user AND state = 'active')
  END
$$;

-- migrate:down
CREATE OR REPLACE FUNCTION shared_schema.current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
  SELECT CASE
    WHEN session_user = 'mitra_migrator'
      THEN nullif(current_setting('mitra.tenant_id', true), '')::uuid
    ELSE (SELECT tenant_id FROM shared_schema.tenants WHERE login_name = session_user)
  END
$$;
ALTER TABLE shared_schema.tenants DROP COLUMN state;
