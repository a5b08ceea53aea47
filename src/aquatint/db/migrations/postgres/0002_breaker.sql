-- What is remembered of a provider: its circuit, its cool-down, the models it no longer has.
CREATE TABLE conditions (
  provider TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);

-- Calls that were let through and have not reported back.
CREATE TABLE permits (
  call_id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  generation BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
);
CREATE INDEX permits_by_lease ON permits (lease_until);
