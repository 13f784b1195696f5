"""Checks of the client under diagnosis."""
