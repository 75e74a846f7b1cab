-- migrate:up
-- Evidence that nobody changes unseen: every row of audit_logs is a link in a hash chain of its tenant.
-- The design and its figures are in mitra's docs/adr/0017.

DO $$
BEGIN
  IF to_regrole('mitra_auditor') IS NULL THEN
    CREATE ROLE mitra_auditor NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- Another database of the cluster made it at the same moment.
END
$$;
GRANT USAGE ON SCHEMA shared_schema TO mitra_auditor;
GRANT EXECUTE ON FUNCTION shared_schema.current_tenant_id() TO mitra_auditor;

-- The same answer in a fifth of the time. Every policy and every default asks for it; PL/pgSQL keeps its
-- plan, while a SQL function that cannot be inlined is planned anew in every statement.
CREATE OR REPLACE FUNCTION shared_schema.current_tenant_id() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
BEGIN
  IF session_user = 'mitra_migrator' THEN
    RETURN nullif(current_setting('mitra.tenant_id', true), '')::uuid;
  END IF;
  RETURN (SELECT tenant_id FROM shared_schema.tenants
           WHERE login_name = session_user AND state = 'active');
END
$$;

-- What a link says of its row. The values go in through a hash of their own with the row's salt: when
-- both are erased, that hash stays and gives nothing away. JSON holds no raw line break, so the parts
-- cannot run into each other. Inlined by the planner; parsed once, so that no search_path bends it.
CREATE FUNCTION shared_schema.audit_digest(
  salt uuid, old_values jsonb, new_values jsonb, ip_address inet, user_agent text,
  log_id uuid, at timestamptz, tenant_id uuid, user_id uuid, resource_id uuid,
  actor_login text, action text, resource_type text)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(
  sha256(uuid_send(salt) || convert_to(
    coalesce(old_values::text, '') || E'\n' || coalesce(new_values::text, '') || E'\n' ||
    coalesce(ip_address::text, '') || E'\n' || coalesce(user_agent, ''), 'UTF8'))
  || uuid_send(log_id) || timestamptz_send(at) || uuid_send(tenant_id)
  || uuid_send(coalesce(user_id, '00000000-0000-0000-0000-000000000000'))
  || uuid_send(coalesce(resource_id, '00000000-0000-0000-0000-000000000000'))
  || convert_to(actor_login || E'\n' || action || E'\n' || coalesce(resource_type, ''), 'UTF8'));

-- Adds a row and its link to the audit_logs and audit_links that the search_path leads to. A link is
-- sha256(the link before it || the row's digest). Links form lanes: a transaction adds to the first lane
-- that no other holds, so that writers never wait for each other; one that cannot see the newest link
-- (repeatable read, serializable) or finds no free lane has a lane of its own.
CREATE FUNCTION shared_schema.append_audit(
  tenant uuid, person uuid, actor text, act text, kind text, subject uuid,
  before jsonb, after jsonb, address inet, agent text)
RETURNS uuid
LANGUAGE plpgsql
AS $$
DECLARE
  most_lanes CONSTANT int := 64;
  entry uuid := gen_random_uuid();
  secret uuid := gen_random_uuid();
  own_lane bigint := 1;
  head_seq bigint;
  head_link bytea;
BEGIN
  INSERT INTO audit_logs (tenant_id, log_id, user_id, actor_login, action, resource_type, resource_id,
    old_values, new_values, ip_address, user_agent, timestamp)
  VALUES (tenant, entry, person, actor, act, kind, subject, before, after, address, agent, now());

  -- Only now: the migration that makes audit_links holds audit_logs, and whoever waited above must see it.
  IF to_regclass('audit_links') IS NULL THEN RETURN entry; END IF;

  IF current_setting('transaction_isolation') = 'read committed' THEN
    WHILE own_lane <= most_lanes
      AND NOT pg_try_advisory_xact_lock(hashtext(tenant::text), own_lane::int)
    LOOP
      own_lane := own_lane + 1;
    END LOOP;
  ELSE
    own_lane := most_lanes + 1;
  END IF;
  IF own_lane > most_lanes THEN own_lane := -(pg_current_xact_id()::text::bigint); END IF;

  SELECT l.seq, l.link INTO head_seq, head_link FROM audit_links l
   WHERE l.tenant_id = tenant AND l.lane = own_lane ORDER BY l.seq DESC LIMIT 1;
  INSERT INTO audit_links (tenant_id, lane, seq, log_id, salt, link)
  VALUES (tenant, own_lane, coalesce(head_seq, 0) + 1, entry, secret,
    sha256(coalesce(head_link, sha256(uuid_send(tenant) || int8send(own_lane)))
      || shared_schema.audit_digest(secret, before, after, address, agent,
           entry, now(), tenant, person, subject, actor, act, kind)));
  RETURN entry;
END
$$;

-- One row of audit_logs for each changed row. It runs as its owner, so that tenants read their evidence
-- and do not write it; whose row it is still follows from the login.
CREATE OR REPLACE FUNCTION shared_schema.record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
  hidden CONSTANT text[] :=
    ARRAY['password_hash', 'access_token_hash', 'refresh_token_hash', 'api_credentials'];
  before jsonb;
  after jsonb;
  tenant uuid;
  subject uuid;
  person uuid := nullif(current_setting('app.user_id', true), '')::uuid;
  agent text := nullif(current_setting('app.user_agent', true), '');
BEGIN
  IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD) - hidden; END IF;
  IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW) - hidden; END IF;
  tenant := (coalesce(after, before) ->> 'tenant_id')::uuid;
  subject := (coalesce(after, before) ->> TG_ARGV[0])::uuid;
  -- An erasure must not write down once more what it takes away.
  IF current_setting('mitra.erasure', true) = 'on' AND session_user = 'mitra_migrator' THEN
    before := NULL;
    after := NULL;
  END IF;

  -- The schema of the table that fired, whatever it is called by now; put back when the function ends.
  PERFORM set_config('search_path', quote_ident(TG_TABLE_SCHEMA) || ', pg_temp', true);
  PERFORM shared_schema.append_audit(tenant, person, session_user, TG_OP, TG_ARGV[1], subject,
    before, after, inet_client_addr(), agent);
  RETURN NULL;
END
$$;

-- Evidence is added and never changed, by its owner neither. The one exception takes values away: an
-- erasure, which says so in the chain and keeps the hash of what it removed.
CREATE FUNCTION shared_schema.keep_audit_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND session_user = 'mitra_migrator'
    AND current_setting('mitra.erasure', true) = 'on'
    AND (NEW.tenant_id, NEW.log_id, NEW.user_id, NEW.actor_login, NEW.action, NEW.resource_type,
         NEW.resource_id, NEW.timestamp)
      IS NOT DISTINCT FROM (OLD.tenant_id, OLD.log_id, OLD.user_id, OLD.actor_login, OLD.action,
         OLD.resource_type, OLD.resource_id, OLD.timestamp)
    AND (NEW.old_values IS NULL OR NEW.old_values <@ OLD.old_values)
    AND (NEW.new_values IS NULL OR NEW.new_values <@ OLD.new_values)
    AND (NEW.ip_address IS NULL OR NEW.ip_address = OLD.ip_address)
    AND (NEW.user_agent IS NULL OR NEW.user_agent = OLD.user_agent)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of audit_logs are evidence: % is refused', TG_OP
    USING ERRCODE = 'MT010', HINT = 'mitra tenant erase takes a person out and leaves the chain whole.';
END
$$;

-- Links lose their salt by an erasure; those of rows whose time is over go with them.
CREATE FUNCTION shared_schema.keep_audit_link() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF session_user = 'mitra_migrator' THEN
    IF TG_OP = 'DELETE' AND current_setting('mitra.retention', true) = 'on' THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE'
      AND 'on' IN (current_setting('mitra.erasure', true), current_setting('mitra.retention', true))
      AND (NEW.tenant_id, NEW.lane, NEW.seq, NEW.log_id, NEW.link)
        = (OLD.tenant_id, OLD.lane, OLD.seq, OLD.log_id, OLD.link)
      AND NEW.salt IS NULL AND NEW.digest IS NOT NULL
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'rows of audit_links are evidence: % is refused', TG_OP
    USING ERRCODE = 'MT010', HINT = 'mitra tenant erase takes a person out and leaves the chain whole.';
END
$$;

CREATE FUNCTION shared_schema.keep_audit_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION '% is evidence: TRUNCATE is refused', TG_TABLE_NAME
    USING ERRCODE = 'MT010', HINT = 'mitra tenant retain takes away what is past its time.';
END
$$;

REVOKE ALL ON FUNCTION
  shared_schema.audit_digest(uuid, jsonb, jsonb, inet, text, uuid, timestamptz, uuid, uuid, uuid, text,
    text, text),
  shared_schema.append_audit(uuid, uuid, text, text, text, uuid, jsonb, jsonb, inet, text),
  shared_schema.keep_audit_log(), shared_schema.keep_audit_link(), shared_schema.keep_audit_whole()
FROM PUBLIC;

-- migrate:down
CREATE OR REPLACE FUNCTION shared_schema.record_change() RETURNS trigger
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
DROP FUNCTION shared_schema.keep_audit_whole();
DROP FUNCTION shared_schema.keep_audit_link();
DROP FUNCTION shared_schema.keep_audit_log();
DROP FUNCTION shared_schema.append_audit(uuid, uuid, text, text, text, uuid, jsonb, jsonb, inet, text);
DROP FUNCTION shared_schema.audit_digest(uuid, jsonb, jsonb, inet, text, uuid, timestamptz, uuid, uuid,
  uuid, text, text, text);
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
REVOKE EXECUTE ON FUNCTION shared_schema.current_tenant_id() FROM mitra_auditor;
REVOKE USAGE ON SCHEMA shared_schema FROM mitra_auditor;
