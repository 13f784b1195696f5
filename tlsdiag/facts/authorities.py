"""The authority behind a chain: who owns it and how to reach the owner, and what the stores of clients have done to it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from ..observation import Observation
from .common import Note


@attrs.frozen(kw_only=True)
class OwnerSeen:
    """The owner of a root as the table has it (see `certificates.authorities.Authority`). `source`, `source_date` and `confidence` are those of the
    addresses for problem reports."""

    owner: str
    website: str = ""
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    phone: str = ""
    source: str = ""
    source_date: str = ""
    confidence: str = ""
    caa_identifiers: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    status_hosts: tuple[str, ...] = ()
    help: str = ""


@attrs.frozen(kw_only=True)
class DistrustSeen:
    """A row of the table of distrust that the chain meets at `certificate` (DER), by its "fingerprint", its "key", or by a "name" alone.

    `measure` is "blocked", "after", "ending", "leaked" or "removed"; `stores` what each store did, by name and in words. With a `condition` ("sct":
    the earliest SCT, "not-before") it is about what was issued after `after`. `avoidable`: another trusted way leads past it. `documented`: a published
    source says it. `bearer`: the authority that has the name, where the name is all.
    """

    measure: str
    name: str
    certificate: bytes
    by: str
    stores: tuple[Note, ...] = ()
    condition: str = ""
    after: datetime | None = None
    reason: str = ""
    references: tuple[str, ...] = ()
    documented: bool = True
    avoidable: bool = False
    bearer: str = ""


@attrs.frozen(kw_only=True)
class IssuingAuthority(Observation):
    """Whose root the served chain leads to; derived, opens nothing.

    `owner` is None for an authority that the table does not know; `issuer` is the name of the one that issued the server's certificate. `public`: a path
    leads to Mozilla's list. `issued` is notBefore of the server's certificate, `logged` its earliest SCT, signature unverified. `*_date` and `*_origin`
    tell of the tables.
    """

    name: ClassVar[str] = "issuing-authority"

    certificate: bytes
    issuer: str = ""
    public: bool = False
    owner: OwnerSeen | None = None
    issued: datetime | None = None
    logged: datetime | None = None
    distrusts: tuple[DistrustSeen, ...] = ()
    owners_date: str = ""
    owners_origin: str = ""
    distrusts_date: str = ""
    distrusts_origin: str = ""
