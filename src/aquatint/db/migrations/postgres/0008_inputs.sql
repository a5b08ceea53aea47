-- A picture may be brought by its owner: then no generation made it.
ALTER TABLE images ALTER COLUMN generation_id DROP NOT NULL;
ALTER TABLE images ALTER COLUMN attempt_id DROP NOT NULL;

-- The bytes that a quote's inputs are, so that they are kept as long as the quote is.
CREATE TABLE inputs (
  quote_id TEXT NOT NULL REFERENCES quotes (id),
  sha256 TEXT NOT NULL,
  PRIMARY KEY (quote_id, sha256)
);
