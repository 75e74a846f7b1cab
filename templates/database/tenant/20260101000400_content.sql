-- migrate:up
CREATE TABLE video_content (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  video_id uuid NOT NULL DEFAULT gen_random_uuid(),
  agent_id uuid,
  title varchar(255) NOT NULL,
  description text,
  video_url varchar(500) NOT NULL,
  thumbnail_url varchar(500),
  duration_seconds integer CHECK (duration_seconds >= 0),
  category video_category_enum,
  tags text[],
  language varchar(10) NOT NULL DEFAULT 'en',
  difficulty_level varchar(20),
  target_audience varchar(50)[],
  view_count integer NOT NULL DEFAULT 0,
  avg_watch_time numeric(6, 2),
  completion_rate numeric(5, 2),
  rating numeric(3, 2),
  status content_status_enum NOT NULL DEFAULT 'published',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, video_id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, agent_id)
);
CREATE INDEX idx_videos_agent ON video_content (tenant_id, agent_id);

CREATE TABLE chatbot_knowledge_base (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  kb_id uuid NOT NULL DEFAULT gen_random_uuid(),
  category varchar(100),
  question text NOT NULL,
  answer text NOT NULL,
  intent varchar(100),
  entities jsonb,
  language varchar(10) NOT NULL DEFAULT 'en',
  usage_count integer NOT NULL DEFAULT 0,
  accuracy_score numeric(3, 2),
  last_updated timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, kb_id)
);

CREATE TABLE whatsapp_templates (
  tenant_id uuid NOT NULL DEFAULT shared_schema.current_tenant_id(),
  template_id uuid NOT NULL DEFAULT gen_random_uuid(),
  template_name varchar(100) NOT NULL,
  category template_category_enum,
  language varchar(10) NOT NULL DEFAULT 'en',
  content text NOT NULL,
  variables jsonb,
  status template_status_enum NOT NULL DEFAULT 'active',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, template_id),
  UNIQUE (tenant_id, template_name, language)
);

-- migrate:down
DROP TABLE whatsapp_templates, chatbot_knowledge_base, video_content;
