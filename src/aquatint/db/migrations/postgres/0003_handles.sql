-- What finds a provider's work again after a restart, while an attempt is dispatched.
ALTER TABLE attempts ADD COLUMN handle TEXT;
