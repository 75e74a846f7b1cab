-- migrate:up
-- What every tenant schema is built with. All of it takes the schema as an argument or from the
-- table that fires, so that a tenant can be renamed.

CREATE FUNCTION shared_schema.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

-- Turns on forced row level security with the one policy that tenant tables have.
CREATE FUNCTION shared_schema.protect_table(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY tenant_rows ON %s'
    ' USING (tenant_id = (SELECT shared_schema.current_tenant_id()))'
    ' WITH CHECK (tenant_id = (SELECT shared_schema.current_tenant_id()))', target);
END
$$;

-- Opens a table to the login of the tenant whose schema it is in.
CREATE FUNCTION shared_schema.grant_to_tenant(
  target regclass, privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
  login name;
BEGIN
  SELECT t.login_name INTO STRICT login
    FROM shared_schema.tenants t
    JOIN pg_namespace n ON n.nspname = t.schema_name
    JOIN pg_class c ON c.relnamespace = n.oid
   WHERE c.oid = target;
  EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I',
    (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = target), login);
  EXECUTE format('GRANT %s ON %s TO %I', privileges, target, login);
END
$$;

-- Makes the monthly partitions that are missing; each is born protected, and no tenant has a grant on
-- it: rows are reached through the parent alone. Returns how many were made.
CREATE FUNCTION shared_schema.make_month_partitions(parent regclass, first_month date, months int)
RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parent_schema text;
  parent_name text;
  month date;
  partition_name text;
  made int := 0;
BEGIN
  SELECT n.nspname, c.relname INTO parent_schema, parent_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent;
  FOR step IN 0 .. months - 1 LOOP
    month := (date_trunc('month', first_month) + make_interval(months => step))::date;
    partition_name := parent_name || to_char(month, '_YYYY_MM');
    CONTINUE WHEN to_regclass(format('%I.%I', parent_schema, partition_name)) IS NOT NULL;
    EXECUTE format(
      'CREATE TABLE %I.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
      parent_schema, partition_name, parent,
      month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
    PERFORM shared_schema.protect_table(format('%I.%I', parent_schema, partition_name)::regclass);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- One partition of insurance_policies for a provider; until it is made, its rows lie in the default
-- partition. Must run before the provider's first policy.
CREATE FUNCTION shared_schema.make_provider_partition(parent regclass, provider uuid) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parent_schema text;
  partition_name text := 'insurance_policies_p_' || replace(provider::text, '-', '');
BEGIN
  SELECT n.nspname INTO parent_schema
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent;
  IF to_regclass(format('%I.%I', parent_schema, partition_name)) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES IN (%L)',
    parent_schema, partition_name, parent, provider);
  PERFORM shared_schema.protect_table(format('%I.%I', parent_schema, partition_name)::regclass);
  RETURN true;
END
$$;

-- Writes one row of audit_logs for each changed row. It runs as its owner, so that tenants can read
-- their evidence and not write it; whose row it is still follows from the login.
CREATE FUNCTION shared_schema.record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
  hidden text[] := ARRAY['password_hash', 'access_token_hash', 'refresh_token_hash', 'api_credentials'];
  before jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) - hidden END;
  after jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) - hidden END;
BEGIN
  EXECUTE format(
    'INSERT INTO %I.audit_logs (tenant_id, user_id, actor_login, action, resource_type, resource_id,'
    ' old_values, new_values, ip_address, user_agent)'
    ' VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', TG_TABLE_SCHEMA)
  USING
    (coalesce(after, before) ->> 'tenant_id')::uuid,
    nullif(current_setting('app.user_id', true), '')::uuid,
    session_user::text, TG_OP, TG_ARGV[1],
    (coalesce(after, before) ->> TG_ARGV[0])::uuid, before, after,
    inet_client_addr(), nullif(current_setting('app.user_agent', true), '');
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION
  shared_schema.touch_updated_at(), shared_schema.protect_table(regclass),
  shared_schema.grant_to_tenant(regclass, text),
  shared_schema.make_month_partitions(regclass, date, int),
  shared_schema.make_provider_partition(regclass, uuid), shared_schema.record_change()
FROM PUBLIC;

-- migrate:down
DROP FUNCTION shared_schema.record_change();
DROP FUNCTION shared_schema.make_provider_partition(regclass, uuid);
DROP FUNCTION shared_schema.make_month_partitions(regclass, date, int);
DROP FUNCTION shared_schema.grant_to_tenant(regclass, text);
DROP FUNCTION shared_schema.protect_table(regclass);
DROP FUNCTION shared_schema.touch_updated_at();
