"""Measures the gateway beside direct calls to the same upstream: `python -m bench`."""
