"""Aquatint beside other gateways, before the same upstream: README.md."""
