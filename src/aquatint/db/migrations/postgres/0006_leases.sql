-- The processes at work on this database; each adds to `beats` for as long as it lives.
CREATE TABLE processes (
  id TEXT PRIMARY KEY,
  beats BIGINT NOT NULL,
  started_at BIGINT NOT NULL
);

-- Which process works on it, how often it changed hands, and whether its person wants it stopped.
ALTER TABLE generations ADD COLUMN worker TEXT;
ALTER TABLE generations ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE generations ADD COLUMN stop_asked BIGINT NOT NULL DEFAULT 0;

-- Turns of the chat that have not ended, and which process makes them.
CREATE TABLE turns (
  id TEXT PRIMARY KEY,
  worker TEXT NOT NULL
);
INSERT INTO turns (id, worker)
SELECT substr(stream, 6), '' FROM events WHERE substr(stream, 1, 5) = 'turn:'
GROUP BY stream HAVING max(final) = 0;

-- What one process does for all, and when it was done last.
CREATE TABLE chores (
  name TEXT PRIMARY KEY,
  done_at BIGINT NOT NULL
);
