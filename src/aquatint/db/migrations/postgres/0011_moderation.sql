-- What moderation refused, for operators to look into; forgotten in time.
CREATE TABLE moderation_log (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  owner TEXT NOT NULL,
  digest TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  images BIGINT NOT NULL,
  rule TEXT NOT NULL,
  provider TEXT NOT NULL
);
CREATE INDEX moderation_log_by_time ON moderation_log (at);
