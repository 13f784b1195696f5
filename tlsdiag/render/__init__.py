"""Showing a report: each format reads a `Report` and nothing else. Text from the peer is escaped for where it goes."""
