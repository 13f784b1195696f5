"""Servers of other protocols (filled in below)."""
