import type {CatalogRule} from '../finding.js'

const who = `CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END`

/** Ways by which rows leave the database, or somebody's code gets in. */
export const outwardRules: readonly CatalogRule[] = [
  {
    id: 'outward.publication',
    holds: 'No publication carries rows of tenants.',
    why: 'Replication knows no policy: a subscriber gets the rows of all.',
    sql: `SELECT r.tenant, format('%I.%I', r.schema, r.name), format('the publication %I carries its rows', p.pubname),
       format('ALTER PUBLICATION %I DROP TABLE %I.%I;', p.pubname, r.schema, r.name)
  FROM pg_publication_rel x JOIN pg_publication p ON p.oid = x.prpubid JOIN relation r ON r.oid = x.prrelid
UNION ALL
SELECT t.name, quote_ident(t.schema_name), format('the publication %I carries its rows', p.pubname),
       format('ALTER PUBLICATION %I DROP TABLES IN SCHEMA %I;', p.pubname, t.schema_name)
  FROM pg_publication_namespace x JOIN pg_publication p ON p.oid = x.pnpubid JOIN tenant t ON t.schema_oid = x.pnnspid
UNION ALL
SELECT NULL, quote_ident(p.pubname), 'it carries the rows of all tables', format('DROP PUBLICATION %I;', p.pubname)
  FROM pg_publication p WHERE p.puballtables`,
  },
  {
    id: 'outward.subscription',
    holds: 'No subscription writes into the database.',
    why: 'Its worker writes rows with the rights of its owner.',
    sql: `SELECT NULL, quote_ident(s.subname), 'it writes rows that come from elsewhere', format('DROP SUBSCRIPTION %I;', s.subname)
  FROM pg_subscription s
 WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  },
  {
    id: 'outward.event-trigger',
    holds: 'There is no event trigger.',
    why: 'It runs inside every migration, and can undo what the migration protects.',
    sql: `SELECT NULL, quote_ident(e.evtname), format('it calls %s at %s', e.evtfoid::regprocedure, e.evtevent),
       format('DROP EVENT TRIGGER %I;', e.evtname)
  FROM pg_event_trigger e
 WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass
                     AND d.objid = e.oid AND d.deptype = 'e')`,
  },
  {
    id: 'outward.server',
    holds: 'No tenant may use a foreign server or a wrapper.',
    why: 'Through it a tenant connects back as somebody else.',
    sql: `SELECT g.name, quote_ident(s.srvname), format('%s has USAGE on this foreign server', ${who}),
       format('REVOKE USAGE ON FOREIGN SERVER %I FROM %s;', s.srvname, ${who})
  FROM pg_foreign_server s CROSS JOIN LATERAL aclexplode(s.srvacl) a LEFT JOIN registry g ON g.login_oid = a.grantee
 WHERE a.grantee <> s.srvowner AND a.grantee IN (SELECT oid FROM tenant_reach)
UNION ALL
SELECT g.name, quote_ident(w.fdwname), format('%s has USAGE on this wrapper', ${who}),
       format('REVOKE USAGE ON FOREIGN DATA WRAPPER %I FROM %s;', w.fdwname, ${who})
  FROM pg_foreign_data_wrapper w CROSS JOIN LATERAL aclexplode(w.fdwacl) a LEFT JOIN registry g ON g.login_oid = a.grantee
 WHERE a.grantee <> w.fdwowner AND a.grantee IN (SELECT oid FROM tenant_reach)
UNION ALL
SELECT g.name, quote_ident(m.srvname), format('%s has a user mapping to this foreign server', m.usename),
       format('DROP USER MAPPING FOR %s SERVER %I;', CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END, m.srvname)
  FROM pg_user_mappings m LEFT JOIN registry g ON g.login_oid = m.umuser
 WHERE m.umuser IN (SELECT oid FROM tenant_reach)`,
  },
  {
    id: 'outward.language',
    holds: 'No language in which a function reads files or opens connections is installed.',
    why: 'Its functions run as the server itself, past every wall.',
    sql: `SELECT NULL, quote_ident(l.lanname), 'functions in it run as the server itself', format('DROP LANGUAGE %I;', l.lanname)
  FROM pg_language l WHERE NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c')`,
  },
  {
    id: 'outward.extension',
    holds: 'dblink, postgres_fdw, file_fdw and adminpack are not installed.',
    why: 'Their functions open a connection or a file; some are open to PUBLIC.',
    sql: `SELECT NULL, quote_ident(e.extname), 'its functions reach outside the database', format('DROP EXTENSION %I;', e.extname)
  FROM pg_extension e WHERE e.extname IN ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack')`,
  },
]
