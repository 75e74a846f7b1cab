-- migrate:up
-- When a tenant came into its state: an archive belongs to the closing that it was made in, and to no
-- earlier one.
ALTER TABLE shared_schema.tenants ADD COLUMN state_since timestamptz NOT NULL DEFAULT now();

-- migrate:down
ALTER TABLE shared_schema.tenants DROP COLUMN state_since;
