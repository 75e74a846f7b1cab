-- migrate:up
-- Who the tenants are, and how a session knows which one it is.

CREATE TABLE shared_schema.tenants (
  tenant_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9_]{0,40}$'),
  schema_name name NOT NULL UNIQUE,
  login_name name NOT NULL UNIQUE,
  display_name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The tenant of this session. It follows from the login, which no client can change, and never from a
-- setting, which every client can. The migrator alone may act for a tenant by a setting: it is how a
-- data migration says whose rows it means.
CREATE FUNCTION shared_schema.current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
  SELECT CASE
    WHEN session_user = 'mitra_migrator'
      THEN nullif(current_setting('mitra.tenant_id', true), '')::uuid
    ELSE (SELECT tenant_id FROM shared_schema.tenants WHERE login_name = session_user)
  END
$$;
REVOKE ALL ON FUNCTION shared_schema.current_tenant_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shared_schema.current_tenant_id() TO mitra_tenant;

ALTER TABLE shared_schema.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE shared_schema.tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY migrator_sees_all ON shared_schema.tenants TO mitra_migrator
  USING (true) WITH CHECK (true);
CREATE POLICY own_row ON shared_schema.tenants FOR SELECT TO mitra_tenant
  USING (login_name = session_user);
GRANT SELECT ON shared_schema.tenants TO mitra_tenant;

-- migrate:down
DROP FUNCTION shared_schema.current_tenant_id();
DROP TABLE shared_schema.tenants;
