-- What an image shows, in its owner's words; without them its prompt says it.
ALTER TABLE images ADD COLUMN alt_text TEXT;
