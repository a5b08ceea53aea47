"""Google's Gemini API, as far as images need it."""
