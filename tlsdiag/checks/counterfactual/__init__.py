"""Checks of what was proved by changing the client's own hello in one thing."""
