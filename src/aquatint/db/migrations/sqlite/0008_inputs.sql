-- A picture may be brought by its owner: then no generation made it.
CREATE TABLE images_and_uploads (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  generation_id TEXT REFERENCES generations (id),
  attempt_id TEXT REFERENCES attempts (id),
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
INSERT INTO images_and_uploads
  SELECT id, owner, generation_id, attempt_id, position, sha256, bytes, media_type, width, height,
    seed, revised_prompt, created_at
  FROM images;
DROP TABLE images;
ALTER TABLE images_and_uploads RENAME TO images;
CREATE INDEX images_by_generation ON images (generation_id);

-- The bytes that a quote's inputs are, so that they are kept as long as the quote is.
CREATE TABLE inputs (
  quote_id TEXT NOT NULL REFERENCES quotes (id),
  sha256 TEXT NOT NULL,
  PRIMARY KEY (quote_id, sha256)
);
