"""Authorities as data: who owns a root and how to reach the owner; what the stores of clients do to a root. Facts with their sources, no judgement."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs


@attrs.frozen(kw_only=True)
class Authority:
    """The owner of root certificates.

    `emails`, `urls` and `phone` are where problems are reported (Baseline Requirements 4.9.3); `source`, `source_date` and `confidence` are those of
    these addresses, as the data words them. `repositories` hold its policies, `status_hosts` answer for its OCSP and CRLs, `help` is its own page about
    revocation. `caa_identifiers` are the names by which a CAA record allows it (RFC 8659). `roots` are the SHA-256 fingerprints of its roots and
    `keys` the SHA-256 of their SubjectPublicKeyInfo, both in hexadecimal.
    """

    owner: str
    website: str = ""
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    phone: str = ""
    source: str = ""
    source_date: str = ""
    confidence: str = ""
    caa_identifiers: tuple[str, ...] = ()
    caa_source: str = ""
    repositories: tuple[str, ...] = ()
    status_hosts: tuple[str, ...] = ()
    help: str = ""
    roots: tuple[str, ...] = attrs.field(default=(), repr=False)
    keys: tuple[str, ...] = attrs.field(default=(), repr=False)


class Measure(StrEnum):
    """What was done to an authority.

    BLOCKED: its certificates are refused, whenever they were issued. AFTER: those that were issued after a date are. ENDING: the same, as a planned end and
    no punishment. LEAKED: the private key is public. REMOVED: taken from a store, by name.
    """

    BLOCKED = "blocked"
    AFTER = "after"
    ENDING = "ending"
    LEAKED = "leaked"
    REMOVED = "removed"


@attrs.frozen(kw_only=True)
class Distrust:
    """One row. It is about the certificates with the fingerprints `roots` or the keys `keys` (hexadecimal SHA-256), but for ways through `exceptions` (keys).

    `stores` says in words what each client's store did, "chrome" or "mozilla" first. `condition` is "sct" or "not-before": which time of the server's
    certificate is compared with `after`. `names` are organisations that it was about, or the root that was REMOVED. `documented` is False where
    no published source says it.
    """

    measure: Measure
    name: str
    stores: tuple[tuple[str, str], ...] = ()
    condition: str = ""
    after: datetime | None = None
    reason: str = ""
    references: tuple[str, ...] = ()
    documented: bool = True
    roots: tuple[str, ...] = attrs.field(default=(), repr=False)
    keys: tuple[str, ...] = attrs.field(default=(), repr=False)
    exceptions: tuple[str, ...] = attrs.field(default=(), repr=False)
    names: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class AuthorityData:
    """Both tables with their dates, and where each is from, in words."""

    owners: tuple[Authority, ...] = attrs.field(default=(), repr=False)
    owners_date: str = ""
    owners_origin: str = ""
    distrusts: tuple[Distrust, ...] = attrs.field(default=(), repr=False)
    distrusts_date: str = ""
    distrusts_origin: str = ""
