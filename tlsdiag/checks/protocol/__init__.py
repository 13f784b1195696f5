"""Checks of the TLS protocol itself: what is spoken, versions, suites, names, alerts."""
