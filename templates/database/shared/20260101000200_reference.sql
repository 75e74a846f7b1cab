-- migrate:up
-- Reference data that every tenant reads and none writes.

CREATE TABLE shared_schema.countries (
  country_code char(2) PRIMARY KEY,
  name text NOT NULL UNIQUE,
  dialling_code text NOT NULL,
  currency_code char(3) NOT NULL
);

CREATE TABLE shared_schema.currencies (
  currency_code char(3) PRIMARY KEY,
  name text NOT NULL,
  minor_units smallint NOT NULL CHECK (minor_units BETWEEN 0 AND 4)
);

CREATE TABLE shared_schema.languages (
  language_code varchar(10) PRIMARY KEY,
  name text NOT NULL,
  native_name text NOT NULL
);

INSERT INTO shared_schema.currencies VALUES
  ('INR', 'Indian rupee', 2),
  ('SGD', 'Singapore dollar', 2),
  ('USD', 'United States dollar', 2),
  ('AED', 'UAE dirham', 2);

INSERT INTO shared_schema.countries VALUES
  ('IN', 'India', '+91', 'INR'),
  ('SG', 'Singapore', '+65', 'SGD'),
  ('AE', 'United Arab Emirates', '+971', 'AED'),
  ('US', 'United States', '+1', 'USD');

ALTER TABLE shared_schema.countries
  ADD CONSTRAINT countries_currency_fkey
  FOREIGN KEY (currency_code) REFERENCES shared_schema.currencies (currency_code);

INSERT INTO shared_schema.languages VALUES
  ('en', 'English', 'English'),
  ('hi', 'Hindi', 'हिन्दी'),
  ('ta', 'Tamil', 'தமிழ்'),
  ('te', 'Telugu', 'తెలుగు'),
  ('bn', 'Bengali', 'বাংলা'),
  ('mr', 'Marathi', 'मराठी'),
  ('gu', 'Gujarati', 'ગુજરાતી'),
  ('kn', 'Kannada', 'ಕನ್ನಡ');

GRANT SELECT ON shared_schema.countries, shared_schema.currencies, shared_schema.languages
  TO mitra_tenant;

-- migrate:down
DROP TABLE shared_schema.countries, shared_schema.currencies, shared_schema.languages;
