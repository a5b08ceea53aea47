-- One counter row for an account's window: both metrics, and the caps they were last held to.
-- An account is a user, `key:<id>` of an API key, or `*`, the whole gateway.

ALTER TABLE holds ADD COLUMN key_line TEXT;
ALTER TABLE holds ADD COLUMN month BIGINT NOT NULL DEFAULT 0; -- the start of its calendar month
UPDATE holds SET month = CAST(
  extract(epoch FROM date_trunc('month', to_timestamp(reserved_at / 1000) AT TIME ZONE 'UTC'))
  AS BIGINT) * 1000;
CREATE INDEX holds_by_time ON holds (reserved_at);
CREATE INDEX holds_by_owner ON holds (owner, reserved_at);
CREATE INDEX holds_by_key ON holds (key_line, reserved_at) WHERE key_line IS NOT NULL;

CREATE TABLE carried_counters AS SELECT * FROM counters;
DROP TABLE counters;
CREATE TABLE counters (
  account TEXT NOT NULL,
  period TEXT NOT NULL,
  start BIGINT NOT NULL,
  money_held BIGINT NOT NULL DEFAULT 0,
  money_spent BIGINT NOT NULL DEFAULT 0,
  images_held BIGINT NOT NULL DEFAULT 0,
  images_spent BIGINT NOT NULL DEFAULT 0,
  money_cap BIGINT,
  images_cap BIGINT,
  PRIMARY KEY (account, period, start)
);

-- What was counted stays as it was; an hour's money, which was not, comes from the entries.
INSERT INTO counters (account, period, start, money_held, money_spent, images_held, images_spent,
                      money_cap, images_cap)
SELECT account, period, start, sum(money_held), sum(money_spent), sum(images_held),
  sum(images_spent), max(money_cap), max(images_cap)
FROM (
  SELECT owner AS account, period, start,
    CASE metric WHEN 'money' THEN held ELSE 0 END AS money_held,
    CASE metric WHEN 'money' THEN spent ELSE 0 END AS money_spent,
    CASE metric WHEN 'images' THEN held ELSE 0 END AS images_held,
    CASE metric WHEN 'images' THEN spent ELSE 0 END AS images_spent,
    CASE metric WHEN 'money' THEN cap END AS money_cap,
    CASE metric WHEN 'images' THEN cap END AS images_cap
  FROM carried_counters
  UNION ALL
  SELECT h.owner, 'hour', h.reserved_at - h.reserved_at % 3600000, e.held, e.spent, 0, 0, NULL, NULL
  FROM entries e JOIN holds h ON h.generation_id = e.generation_id
) AS carried
GROUP BY account, period, start;
DROP TABLE carried_counters;
