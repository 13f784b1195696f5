"""Checks of what stands behind an address: several machines that should be the same."""
