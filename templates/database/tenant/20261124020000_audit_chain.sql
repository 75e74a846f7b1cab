-- migrate:up
-- One link for each row of audit_logs; shared_schema.append_audit writes both. `salt` and `digest` are for
-- what is gone: an erased row has lost its salt, and `digest` is the hash of its values; a row past its
-- time is gone, and `digest` is that of the row. No toast table, one index: schemas are made of relations.
--
-- A copy of a tenant (archive, restore) takes both tables over verbatim, with tenant_id, log_id, timestamp
-- and JSON as they are; nothing fires when rows are added here. Triggers of other tables must not.
CREATE TABLE audit_links (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  lane bigint NOT NULL,
  seq bigint NOT NULL,
  log_id uuid NOT NULL,
  salt uuid,
  link bytea STORAGE PLAIN NOT NULL,
  digest bytea STORAGE PLAIN,
  PRIMARY KEY (tenant_id, lane, seq)
);
SELECT shared_schema.protect_table('audit_links'::regclass);
SELECT shared_schema.grant_to_tenant('audit_links'::regclass, 'SELECT');

-- Nobody writes while the links of the rows that are there are made: lane 0, in the order of time.
LOCK TABLE audit_logs IN SHARE ROW EXCLUSIVE MODE;
SET LOCAL row_security = on;
DO $$
DECLARE
  entry record;
  tenant uuid := shared_schema.current_tenant_id();
  secret uuid;
  last_link bytea := sha256(uuid_send(tenant) || int8send(0));
  place bigint := 0;
BEGIN
  FOR entry IN SELECT * FROM audit_logs ORDER BY timestamp, log_id LOOP
    place := place + 1;
    secret := gen_random_uuid();
    last_link := sha256(last_link || shared_schema.audit_digest(secret, entry.old_values, entry.new_values,
      entry.ip_address, entry.user_agent, entry.log_id, entry.timestamp, entry.tenant_id, entry.user_id,
      entry.resource_id, entry.actor_login, entry.action, entry.resource_type));
    INSERT INTO audit_links VALUES (tenant, 0, place, entry.log_id, secret, last_link);
  END LOOP;
END
$$;

CREATE TRIGGER keep_evidence BEFORE UPDATE OR DELETE ON audit_logs
  FOR EACH ROW EXECUTE FUNCTION shared_schema.keep_audit_log();
CREATE TRIGGER keep_evidence BEFORE UPDATE OR DELETE ON audit_links
  FOR EACH ROW EXECUTE FUNCTION shared_schema.keep_audit_link();
-- A row trigger comes to every partition by itself; one for TRUNCATE does not.
DO $$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT relid FROM pg_partition_tree('audit_logs') UNION ALL SELECT 'audit_links'::regclass
  LOOP
    EXECUTE format('CREATE TRIGGER keep_whole BEFORE TRUNCATE ON %s'
      ' FOR EACH STATEMENT EXECUTE FUNCTION shared_schema.keep_audit_whole()', target);
  END LOOP;
END
$$;

-- The auditor reads evidence, of every tenant, and nothing else.
DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO mitra_auditor', current_schema());
END
$$;
GRANT SELECT ON audit_logs, audit_links TO mitra_auditor;
CREATE POLICY auditor_reads ON audit_logs FOR SELECT TO mitra_auditor USING (true);
CREATE POLICY auditor_reads ON audit_links FOR SELECT TO mitra_auditor USING (true);

-- migrate:down
DO $$
DECLARE
  target regclass;
BEGIN
  FOR target IN SELECT relid FROM pg_partition_tree('audit_logs') LOOP
    EXECUTE format('DROP TRIGGER keep_whole ON %s', target);
  END LOOP;
  EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM mitra_auditor', current_schema());
END
$$;
DROP TRIGGER keep_evidence ON audit_logs;
DROP POLICY auditor_reads ON audit_logs;
REVOKE SELECT ON audit_logs FROM mitra_auditor;
DROP TABLE audit_links;
