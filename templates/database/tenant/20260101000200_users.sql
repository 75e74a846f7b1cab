-- migrate:up
CREATE TABLE users (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  user_id uuid NOT NULL DEFAULT gen_random_uuid(),
  email varchar(255),
  phone_number varchar(15),
  password_hash varchar(255),
  role user_role_enum NOT NULL,
  status user_status_enum NOT NULL DEFAULT 'active',
  mfa_enabled boolean NOT NULL DEFAULT false,
  biometric_enabled boolean NOT NULL DEFAULT false,
  trial_end_date timestamptz,
  subscription_plan varchar(50),
  full_name varchar(255),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, user_id),
  UNIQUE (tenant_id, email),
  UNIQUE (tenant_id, phone_number)
);
CREATE INDEX idx_users_tenant_status ON users (tenant_id, status);
CREATE INDEX idx_users_email ON users (email) WHERE email IS NOT NULL;

CREATE TABLE user_sessions (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  session_id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  access_token_hash varchar(255),
  refresh_token_hash varchar(255),
  device_info jsonb,
  ip_address inet,
  expires_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, session_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_sessions_user ON user_sessions (tenant_id, user_id, expires_at DESC);

CREATE TABLE user_permissions (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  permission_id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  permission_name varchar(100) NOT NULL,
  resource_type varchar(50),
  resource_id uuid,
  granted_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  granted_by uuid,
  PRIMARY KEY (tenant_id, permission_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, granted_by) REFERENCES users (tenant_id, user_id)
);
CREATE INDEX idx_permissions_user ON user_permissions (tenant_id, user_id);

-- migrate:down
DROP TABLE user_permissions, user_sessions, users;
