-- Money is micro-dollars, times are milliseconds since 1970 in UTC, JSON is text.

CREATE TABLE quotes (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  body TEXT NOT NULL,
  max_cost BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  generation_id TEXT UNIQUE
);

CREATE TABLE generations (
  id TEXT PRIMARY KEY,
  quote_id TEXT NOT NULL UNIQUE REFERENCES quotes (id),
  owner TEXT NOT NULL,
  state TEXT NOT NULL,
  candidate TEXT,
  dismissed BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT
);
CREATE INDEX generations_by_state ON generations (state);

CREATE TABLE idempotency (
  owner TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  generation_id TEXT NOT NULL REFERENCES generations (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (owner, route, key)
);

CREATE TABLE holds (
  generation_id TEXT PRIMARY KEY REFERENCES generations (id),
  owner TEXT NOT NULL,
  ceiling BIGINT NOT NULL CHECK (ceiling >= 0),
  images BIGINT NOT NULL CHECK (images > 0),
  reserved_at BIGINT NOT NULL
);

CREATE TABLE attempts (
  id TEXT PRIMARY KEY,
  generation_id TEXT NOT NULL REFERENCES holds (generation_id),
  owner TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  model_key TEXT NOT NULL,
  images BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('dispatched', 'settled', 'released', 'unknown')),
  share BIGINT NOT NULL CHECK (share >= 0),
  price TEXT NOT NULL,
  billed BIGINT NOT NULL DEFAULT 0 CHECK (billed >= 0),
  charged BIGINT NOT NULL DEFAULT 0 CHECK (charged >= 0),
  delivered BIGINT NOT NULL DEFAULT 0,
  request_id TEXT,
  error_code TEXT,
  error TEXT,
  dispatched_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX attempts_by_generation ON attempts (generation_id);
CREATE INDEX attempts_by_owner ON attempts (owner, dispatched_at);

CREATE TABLE entries (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL
    CHECK (kind IN ('reserve', 'dispatch', 'settle', 'release', 'unknown', 'overrun')),
  generation_id TEXT NOT NULL REFERENCES holds (generation_id),
  attempt_id TEXT REFERENCES attempts (id),
  amount BIGINT NOT NULL,
  held BIGINT NOT NULL,
  spent BIGINT NOT NULL,
  images_held BIGINT NOT NULL,
  images_spent BIGINT NOT NULL,
  billed BIGINT NOT NULL
);
CREATE INDEX entries_by_generation ON entries (generation_id);
CREATE FUNCTION refuse_change_of_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger entries are append-only';
END $$;
CREATE TRIGGER entries_are_never_changed BEFORE UPDATE OR DELETE ON entries
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_entries();
CREATE TRIGGER entries_are_never_emptied BEFORE TRUNCATE ON entries
EXECUTE FUNCTION refuse_change_of_entries();

CREATE TABLE counters (
  owner TEXT NOT NULL,
  metric TEXT NOT NULL,
  period TEXT NOT NULL,
  start BIGINT NOT NULL,
  held BIGINT NOT NULL DEFAULT 0,
  spent BIGINT NOT NULL DEFAULT 0,
  cap BIGINT,
  PRIMARY KEY (owner, metric, period, start)
);

CREATE TABLE images (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  generation_id TEXT NOT NULL REFERENCES generations (id),
  attempt_id TEXT NOT NULL REFERENCES attempts (id),
  position BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  media_type TEXT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  seed BIGINT,
  revised_prompt TEXT,
  created_at BIGINT NOT NULL
);
CREATE INDEX images_by_generation ON images (generation_id);

CREATE TABLE conversations (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  position BIGINT NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  quotes TEXT NOT NULL DEFAULT '[]',
  calls TEXT NOT NULL DEFAULT '[]',
  created_at BIGINT NOT NULL,
  UNIQUE (conversation_id, position)
);

CREATE TABLE events (
  stream TEXT NOT NULL,
  seq BIGINT NOT NULL,
  event TEXT NOT NULL,
  data TEXT NOT NULL,
  final BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (stream, seq)
);
CREATE INDEX events_by_age ON events (at);
