"""`python -m aquatint` is the command line."""

from aquatint.cli import app

app()
