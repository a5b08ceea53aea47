-- An owner's pictures, the newest first.
CREATE INDEX images_of_owner ON images (owner, created_at, id);
