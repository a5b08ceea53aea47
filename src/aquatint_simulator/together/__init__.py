"""Together AI, as far as images need it."""
