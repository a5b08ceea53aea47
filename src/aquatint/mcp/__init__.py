"""The same services as tools of the Model Context Protocol: a model may quote, a person spends."""
