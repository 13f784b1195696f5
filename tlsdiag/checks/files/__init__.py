"""Checks of certificate files: what is in them, how it fits together, and whether the key belongs to it."""
