-- A conversation is hidden before it is forgotten, and so are messages that were said anew.
-- `folded` is the text as a search reads it, without upper case.
ALTER TABLE conversations ADD COLUMN deleted_at BIGINT;
ALTER TABLE conversations ADD COLUMN folded TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN cut_at BIGINT;
ALTER TABLE messages ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE conversations SET folded = lower(title);
UPDATE messages SET folded = lower(content);
CREATE INDEX conversations_by_owner ON conversations (owner, updated_at);
CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_cut ON messages (cut_at) WHERE cut_at IS NOT NULL;

-- Where quotes are shown: number 0 is the message's own, later ones stand in its place.
CREATE TABLE cards (
  quote_id TEXT PRIMARY KEY,
  first_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  message_id TEXT NOT NULL REFERENCES messages (id),
  UNIQUE (first_id, number)
);
CREATE INDEX cards_by_message ON cards (message_id);
INSERT INTO cards
  SELECT quoted.value, quoted.value, 0, messages.id
  FROM messages, jsonb_array_elements_text(CAST(messages.quotes AS jsonb)) AS quoted (value)
  ON CONFLICT DO NOTHING;

CREATE INDEX attempts_by_time ON attempts (dispatched_at);
