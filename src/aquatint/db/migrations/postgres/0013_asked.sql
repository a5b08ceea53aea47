-- Quotes that wait for their owner's word: whoever asked may not confirm them alone. `mark` is what
-- makes the same request again the same quote; a `lasting` one outlives the quote that was used.
CREATE TABLE asked (
  quote_id TEXT PRIMARY KEY REFERENCES quotes (id),
  owner TEXT NOT NULL,
  key_id TEXT,
  line TEXT,
  mark TEXT UNIQUE,
  lasting BIGINT NOT NULL,
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX asked_by_owner ON asked (owner, expires_at);
