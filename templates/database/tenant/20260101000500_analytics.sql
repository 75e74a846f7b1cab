-- migrate:up
-- Monthly partitions, some behind for what arrives late and some ahead; the default one takes the rest.
CREATE TABLE customer_analytics (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  analytics_id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid,
  event_type varchar(100) NOT NULL,
  event_data jsonb,
  session_id varchar(255),
  timestamp timestamptz NOT NULL DEFAULT now(),
  device_info jsonb,
  location_info jsonb,
  PRIMARY KEY (tenant_id, analytics_id, timestamp),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) PARTITION BY RANGE (timestamp);
CREATE TABLE customer_analytics_default PARTITION OF customer_analytics DEFAULT;
CREATE INDEX idx_analytics_user_timestamp ON customer_analytics (user_id, timestamp DESC);
SELECT shared_schema.make_month_partitions(
  'customer_analytics'::regclass, (now() - interval '3 months')::date, 7);

CREATE TABLE agent_performance (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  performance_id uuid NOT NULL DEFAULT gen_random_uuid(),
  agent_id uuid NOT NULL,
  metric_name varchar(100) NOT NULL,
  metric_value numeric(15, 4),
  metric_date date NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, performance_id),
  UNIQUE (tenant_id, agent_id, metric_name, metric_date),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, agent_id) ON DELETE CASCADE
);
CREATE INDEX idx_performance_agent_date ON agent_performance (agent_id, metric_date DESC);

-- migrate:down
DROP TABLE agent_performance, customer_analytics;
