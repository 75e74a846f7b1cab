-- migrate:up
-- Evidence of every change; customer_analytics is a record itself and has none. user_id has no foreign key: the evidence outlives the person.
CREATE TABLE audit_logs (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  log_id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid,
  actor_login text NOT NULL DEFAULT session_user,
  action varchar(100) NOT NULL,
  resource_type varchar(50),
  resource_id uuid,
  old_values jsonb,
  new_values jsonb,
  ip_address inet,
  user_agent text,
  timestamp timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, log_id, timestamp)
) PARTITION BY RANGE (timestamp);
CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT;
CREATE INDEX idx_audit_resource ON audit_logs (resource_type, resource_id, timestamp DESC);
CREATE INDEX idx_audit_user ON audit_logs (user_id, timestamp DESC);
SELECT shared_schema.make_month_partitions('audit_logs'::regclass, now()::date, 4);

CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('user_id', 'user');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON user_sessions
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('session_id', 'user_session');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON user_permissions
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('permission_id', 'user_permission');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON insurance_providers
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('provider_id', 'insurance_provider');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON agents
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('agent_id', 'agent');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON policyholders
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('policyholder_id', 'policyholder');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON insurance_policies
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('policy_id', 'insurance_policy');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON video_content
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('video_id', 'video');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON chatbot_knowledge_base
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('kb_id', 'knowledge');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON whatsapp_templates
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('template_id', 'whatsapp_template');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON agent_performance
  FOR EACH ROW EXECUTE FUNCTION shared_schema.record_change('performance_id', 'agent_performance');

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON users
  FOR EACH ROW EXECUTE FUNCTION shared_schema.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON insurance_policies
  FOR EACH ROW EXECUTE FUNCTION shared_schema.touch_updated_at();

-- migrate:down
DROP TRIGGER touch_updated_at ON insurance_policies;
DROP TRIGGER touch_updated_at ON users;
DROP TRIGGER record_change ON agent_performance;
DROP TRIGGER record_change ON whatsapp_templates;
DROP TRIGGER record_change ON chatbot_knowledge_base;
DROP TRIGGER record_change ON video_content;
DROP TRIGGER record_change ON insurance_policies;
DROP TRIGGER record_change ON policyholders;
DROP TRIGGER record_change ON agents;
DROP TRIGGER record_change ON insurance_providers;
DROP TRIGGER record_change ON user_permissions;
DROP TRIGGER record_change ON user_sessions;
DROP TRIGGER record_change ON users;
DROP TABLE audit_logs;
