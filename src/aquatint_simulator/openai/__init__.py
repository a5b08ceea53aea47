"""OpenAI's images, chat completions, moderations and models, as strict as the real ones."""
