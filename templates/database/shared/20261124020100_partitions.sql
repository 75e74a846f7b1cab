-- migrate:up
-- Partitions that can still be made when rows for them lie in the default partition already: those rows
-- move. A partition is born with its parent's security: forced row level security, the policy, the
-- triggers, no grant; the row triggers and foreign keys of the parent come by themselves.

-- Returns how many rows moved. `belongs` is the condition for them; NULL: the default partition is empty.
CREATE FUNCTION shared_schema.make_partition(
  parent regclass, partition_name text, bounds text, belongs text)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
  home text := (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = parent);
  made text := format('%s.%I', home, partition_name);
  rest regclass := (SELECT nullif(partdefid, 0) FROM pg_partitioned_table WHERE partrelid = parent);
  has_rows boolean := false;
  moved bigint := 0;
  guard record;
BEGIN
  IF rest IS NOT NULL AND belongs IS NOT NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', rest, belongs) INTO has_rows;
  END IF;

  IF has_rows THEN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', rest);
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED'
      ' INCLUDING STORAGE)', made, parent);
    PERFORM shared_schema.protect_table(made::regclass);
    -- A row that moves is no change of it: nothing is recorded, and evidence may move too.
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', rest);
    EXECUTE format('WITH gone AS (DELETE FROM %s WHERE %s RETURNING %3$s) INSERT INTO %4$s (%3$s)'
      ' SELECT %3$s FROM gone', rest, belongs,
      (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = parent AND attnum > 0 AND NOT attisdropped AND attgenerated = ''), made);
    GET DIAGNOSTICS moved = ROW_COUNT;
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', rest);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES %s', parent, made, bounds);
  ELSE
    EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES %s', made, parent, bounds);
    PERFORM shared_schema.protect_table(made::regclass);
  END IF;

  FOR guard IN
    SELECT tgname, tgfoid::regproc AS call FROM pg_trigger
     WHERE tgrelid = parent AND NOT tgisinternal AND tgtype & 32 = 32
  LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s()',
      guard.tgname, made, guard.call);
  END LOOP;
  RETURN moved;
END
$$;

-- Makes the monthly partitions that are missing. Returns how many were made.
CREATE OR REPLACE FUNCTION shared_schema.make_month_partitions(parent regclass, first_month date, months int)
RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
  home text := (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = parent);
  parent_name text := (SELECT relname FROM pg_class WHERE oid = parent);
  key text;
  rest regclass;
  has_rest boolean := false;
  month date;
  month_start text;
  month_end text;
  made int := 0;
BEGIN
  SELECT quote_ident(a.attname), nullif(p.partdefid, 0) INTO key, rest
    FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
   WHERE p.partrelid = parent;
  IF rest IS NOT NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', rest) INTO has_rest;
  END IF;
  FOR step IN 0 .. months - 1 LOOP
    month := (date_trunc('month', first_month) + make_interval(months => step))::date;
    CONTINUE WHEN to_regclass(format('%s.%I', home, parent_name || to_char(month, '_YYYY_MM'))) IS NOT NULL;
    month_start := month::text || ' 00:00:00+00';
    month_end := (month + interval '1 month')::date::text || ' 00:00:00+00';
    PERFORM shared_schema.make_partition(parent, parent_name || to_char(month, '_YYYY_MM'),
      format('FROM (%L) TO (%L)', month_start, month_end),
      CASE WHEN has_rest THEN format('%1$s >= %2$L AND %1$s < %3$L', key, month_start, month_end) END);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- One partition of insurance_policies for a provider; policies that it has already move there.
CREATE OR REPLACE FUNCTION shared_schema.make_provider_partition(parent regclass, provider uuid)
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
  home text := (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = parent);
  partition_name text := 'insurance_policies_p_' || replace(provider::text, '-', '');
BEGIN
  IF to_regclass(format('%s.%I', home, partition_name)) IS NOT NULL THEN
    RETURN false;
  END IF;
  PERFORM shared_schema.make_partition(parent, partition_name, format('IN (%L)', provider),
    format('provider_id = %L', provider));
  RETURN true;
END
$$;

REVOKE ALL ON FUNCTION shared_schema.make_partition(regclass, text, text, text) FROM PUBLIC;

-- migrate:down
CREATE OR REPLACE FUNCTION shared_schema.make_month_partitions(parent regclass, first_month date, months int)
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
CREATE OR REPLACE FUNCTION shared_schema.make_provider_partition(parent regclass, provider uuid) RETURNS boolean
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
DROP FUNCTION shared_schema.make_partition(regclass, text, text, text);
