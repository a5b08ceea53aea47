"""The API that OpenAI's clients speak, under `/v1`."""
