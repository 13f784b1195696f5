"""Authorities by their roots: who owns one and how to report a problem to the owner, and which clients have ceased to trust it, since when.

The tables are generated from published sources and have a date; a caller may give newer ones (`read_tables`). Pure: no socket, no clock, no file.
"""

from __future__ import annotations

from .distrust import Hit, hits, named_hits, refused
from .model import Authority, AuthorityData, Distrust, Measure
from .owners import bears, issuing_owner, key_of, owner_of, shipped, with_tables
from .reading import AuthorityDataError, read_tables

__all__ = [
    "Authority", "AuthorityData", "AuthorityDataError", "Distrust", "Hit", "Measure", "bears", "hits", "issuing_owner", "key_of", "named_hits",
    "owner_of", "read_tables", "refused", "shipped", "with_tables",
]  # fmt: skip
