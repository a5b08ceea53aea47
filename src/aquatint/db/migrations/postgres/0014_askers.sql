-- Idempotency keys and tries are those of whoever asked: `owner` is the line of the API key from here
-- on, where there was one.
UPDATE idempotency SET owner = (
  SELECT key_line FROM holds WHERE holds.generation_id = idempotency.generation_id
) WHERE generation_id IN (SELECT generation_id FROM holds WHERE key_line IS NOT NULL);
