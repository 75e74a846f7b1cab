-- migrate:up
-- Forced row level security on every table and partition; the login gets rows, never a definition,
-- and nothing on a partition itself. TRUNCATE is not granted: policies do not hold for it.
DO $$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT c.oid::regclass FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
     ORDER BY c.relname
  LOOP
    PERFORM shared_schema.protect_table(target);
  END LOOP;
END
$$;

SELECT shared_schema.grant_to_tenant(c.oid::regclass,
         CASE c.relname WHEN 'audit_logs' THEN 'SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END)
  FROM pg_class c
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition
 ORDER BY c.relname;

-- migrate:down
DO $$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT c.oid::regclass FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND p.polname = 'tenant_rows'
  LOOP
    EXECUTE format('DROP POLICY tenant_rows ON %s', target);
    EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', target);
  END LOOP;
END
$$;
