"""Checks of between here and the peer."""
