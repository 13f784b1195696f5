"""Checks of the way through a proxy."""
