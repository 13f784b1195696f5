"""The shipped tables, or newer ones, and who owns a certificate. Nothing is loaded before somebody asks."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from ..certificate import Certificate
from .model import Authority, AuthorityData, Distrust, Measure
from .reading import OWNERS, read_tables


@functools.cache
def shipped() -> AuthorityData:
    """The tables of this release."""
    from . import _distrust_tables, _owner_tables

    return AuthorityData(
        owners=tuple(Authority(**dict(zip(_owner_tables.FIELDS, row, strict=True))) for row in _owner_tables.ROWS),
        owners_date=_owner_tables.DATE,
        owners_origin="the table of this release",
        distrusts=tuple(_distrust(dict(zip(_distrust_tables.FIELDS, row, strict=True))) for row in _distrust_tables.ROWS),
        distrusts_date=_distrust_tables.DATE,
        distrusts_origin="the table of this release",
    )


def _distrust(row: Mapping[str, Any]) -> Distrust:
    after = row["after"]
    return Distrust(**{**row, "measure": Measure(row["measure"]), "after": datetime.fromisoformat(after) if after else None})


def with_tables(files: Iterable[tuple[str, bytes]]) -> AuthorityData:
    """The shipped tables with those that a caller has (name and content) in their places. Raises `AuthorityDataError` for what is no table."""
    found = shipped()
    for name, content in files:
        kind, date, rows = read_tables(content)
        part = "owners" if kind == OWNERS else "distrusts"
        replaced: dict[str, Any] = {part: rows, f"{part}_date": date, f"{part}_origin": name}
        found = attrs.evolve(found, **replaced)
    return found


def owner_of(*certificates: Certificate, data: AuthorityData | None = None) -> Authority | None:
    """The owner of a root, or of the first certificate of a path (leaf first) that has the fingerprint or the key of a known root.

    First from the leaf: where one authority has signed the root of another, it is the other one that has issued. None for an authority that the table does
    not know, as every private one.
    """
    known = _index(shipped() if data is None else data)
    for certificate in certificates:
        if certificate.is_ca is False:
            continue
        for name in (certificate.sha256, key_of(certificate)):
            if name in known:
                return known[name]
    return None


def issuing_owner(path: Sequence[Certificate], data: AuthorityData | None = None) -> Authority | None:
    """The owner of what issued the first certificate of a path that leads to a public root.

    That is the owner of the nearest known root, unless the issuer's organisation says otherwise and one owner bears its name: roots are young, and an
    older authority's root stands above. Public authorities may not take each other's names; of private ones `owner_of` has to do.
    """
    known, organization = owner_of(*path[1:], data=data), path[0].issuer.organization
    if known is None or not organization or bears(known, organization):
        return known
    others = [owner for owner in (shipped() if data is None else data).owners if bears(owner, organization)]
    return others[0] if len(others) == 1 else known


def bears(owner: Authority | str, organization: str) -> bool:
    """Whether an owner's name has the first word of an organisation's."""
    name = owner if isinstance(owner, str) else owner.owner
    first = re.match(r"\w{3,}", organization)
    return first is not None and re.search(rf"(?<!\w){re.escape(first[0])}(?!\w)", name, re.IGNORECASE) is not None


def key_of(certificate: Certificate) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, in hexadecimal."""
    return hashlib.sha256(certificate.spki).hexdigest()


@functools.lru_cache(maxsize=4)
def _index(data: AuthorityData) -> dict[str, Authority]:
    return {name: owner for owner in data.owners for name in (*owner.roots, *owner.keys)}
