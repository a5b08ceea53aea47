"""Replicate: predictions that start, run and end."""
