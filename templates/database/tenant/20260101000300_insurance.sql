-- migrate:up
CREATE TABLE insurance_providers (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  provider_id uuid NOT NULL DEFAULT gen_random_uuid(),
  provider_code varchar(20) NOT NULL,
  provider_name varchar(255) NOT NULL,
  provider_type varchar(50) CHECK (provider_type IN ('LIFE', 'HEALTH', 'GENERAL')),
  api_endpoint varchar(500),
  api_credentials jsonb,
  status provider_status_enum NOT NULL DEFAULT 'active',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, provider_id),
  UNIQUE (tenant_id, provider_code)
);

CREATE TABLE agents (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  agent_id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  agent_code varchar(50),
  license_number varchar(100),
  territory varchar(255),
  commission_rate numeric(5, 2) CHECK (commission_rate BETWEEN 0 AND 100),
  whatsapp_business_number varchar(15),
  status agent_status_enum NOT NULL DEFAULT 'active',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, agent_id),
  UNIQUE (tenant_id, agent_code),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES insurance_providers (tenant_id, provider_id)
);
CREATE INDEX idx_agents_user ON agents (tenant_id, user_id);

CREATE TABLE policyholders (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  policyholder_id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  agent_id uuid,
  provider_id uuid NOT NULL,
  customer_id varchar(100),
  risk_profile jsonb,
  communication_preferences jsonb,
  language_preference varchar(10) NOT NULL DEFAULT 'en',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, policyholder_id),
  UNIQUE (tenant_id, provider_id, customer_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, agent_id),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES insurance_providers (tenant_id, provider_id)
);
CREATE INDEX idx_policyholders_agent ON policyholders (tenant_id, agent_id);

-- Partitioned by provider. Every unique key of a partitioned table holds the partition column.
CREATE TABLE insurance_policies (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  policy_id uuid NOT NULL DEFAULT gen_random_uuid(),
  policy_number varchar(100) NOT NULL,
  policyholder_id uuid NOT NULL,
  agent_id uuid,
  provider_id uuid NOT NULL,
  policy_type varchar(100),
  plan_name varchar(255),
  sum_assured numeric(15, 2) CHECK (sum_assured >= 0),
  premium_amount numeric(12, 2) CHECK (premium_amount >= 0),
  premium_frequency varchar(20)
    CHECK (premium_frequency IN ('MONTHLY', 'QUARTERLY', 'HALF_YEARLY', 'ANNUAL', 'SINGLE')),
  start_date date,
  maturity_date date,
  status policy_status_enum NOT NULL DEFAULT 'active',
  policy_document_url varchar(500),
  nominee_details jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, provider_id, policy_id),
  UNIQUE (tenant_id, provider_id, policy_number),
  CHECK (maturity_date IS NULL OR start_date IS NULL OR maturity_date >= start_date),
  FOREIGN KEY (tenant_id, policyholder_id) REFERENCES policyholders (tenant_id, policyholder_id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, agent_id),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES insurance_providers (tenant_id, provider_id)
) PARTITION BY LIST (provider_id);
CREATE TABLE insurance_policies_default PARTITION OF insurance_policies DEFAULT;

CREATE INDEX idx_policies_policyholder_status ON insurance_policies (policyholder_id, status);
CREATE INDEX idx_policies_agent_provider ON insurance_policies (agent_id, provider_id);
CREATE INDEX idx_policies_comprehensive ON insurance_policies
  (provider_id, agent_id, status, premium_amount, maturity_date);
CREATE INDEX idx_active_policies ON insurance_policies (policy_number) WHERE status = 'active';
CREATE INDEX idx_policy_nominee ON insurance_policies USING gin ((nominee_details -> 'name'));

-- migrate:down
DROP TABLE insurance_policies, policyholders, agents, insurance_providers;
