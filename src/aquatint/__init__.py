"""Aquatint: an image-generation gateway and chat studio."""

__version__ = "0.1.0"
