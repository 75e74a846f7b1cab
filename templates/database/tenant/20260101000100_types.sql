-- migrate:up
CREATE TYPE user_role_enum AS ENUM ('policyholder', 'agent', 'provider_admin', 'super_admin');
CREATE TYPE user_status_enum AS ENUM ('active', 'inactive', 'suspended', 'pending_verification');
CREATE TYPE provider_status_enum AS ENUM ('active', 'inactive', 'onboarding');
CREATE TYPE agent_status_enum AS ENUM ('active', 'inactive', 'suspended');
CREATE TYPE policy_status_enum AS ENUM
  ('pending', 'active', 'lapsed', 'surrendered', 'matured', 'claimed', 'cancelled');
CREATE TYPE video_category_enum AS ENUM
  ('life_insurance', 'health_insurance', 'tax_planning', 'retirement', 'claims', 'general');
CREATE TYPE content_status_enum AS ENUM ('draft', 'in_review', 'published', 'archived');
CREATE TYPE template_category_enum AS ENUM ('marketing', 'utility', 'authentication', 'service');
CREATE TYPE template_status_enum AS ENUM ('active', 'paused', 'rejected');

-- migrate:down
DROP TYPE user_role_enum, user_status_enum, provider_status_enum, agent_status_enum,
  policy_status_enum, video_category_enum, content_status_enum, template_category_enum,
  template_status_enum;
