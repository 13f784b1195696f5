"""Checks of certificates and chains."""
