"""Checks of the dialogue before TLS: STARTTLS and its kin."""
