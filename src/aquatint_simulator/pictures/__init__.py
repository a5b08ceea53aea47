"""Pictures drawn on the spot: the same words and number always give the same picture."""
