"""Checks of the machine that runs the client: its trust stores, its library, its configuration."""
