"""Which rows of distrust a path meets, and whether a row refuses a certificate that was issued then.

By fingerprint or key, a row is about any certificate of a path. Conditions on a date are about the anchor: that is where root programmes put them, and a client
that finds another way to another anchor is not held to them. A name alone proves nothing: anybody may take it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import attrs

from ..certificate import Certificate, Name
from .model import AuthorityData, Distrust, Measure
from .owners import key_of

_SHORTEST_NAME = 5
"""Letters of a name that is looked for: shorter ones are words of many names."""


@attrs.frozen(kw_only=True)
class Hit:
    """A row that a path meets, and at which certificate; `by` is "fingerprint", "key" or "name", and then `bearer` the authority of that name."""

    row: Distrust
    certificate: Certificate
    by: str
    bearer: Name | None = None


def hits(path: Sequence[Certificate], data: AuthorityData) -> Iterator[Hit]:
    """The rows that a path (leaf first) meets by fingerprint or key; one that it meets twice comes once, for the certificate nearest to the anchor."""
    known, keys = _rows(data), {key_of(item) for item in path}
    found: dict[Distrust, Hit] = {}
    for certificate in path:
        for name, by in ((certificate.sha256, "fingerprint"), (key_of(certificate), "key")):
            for row in known.get(name, ()):
                if not keys & set(row.exceptions) and (not row.condition or certificate is path[-1]):
                    found[row] = Hit(row=row, certificate=certificate, by=by)
    yield from found.values()


def named_hits(path: Sequence[Certificate], data: AuthorityData) -> Iterator[Hit]:
    """The rows whose organisation or root has the name of an authority of the path."""
    for row in data.distrusts:
        for certificate in path:
            names = [certificate.issuer, *([certificate.subject] if certificate is not path[0] else [])]
            if (bearer := next((name for name in names if _is_named(name, row)), None)) is not None:
                yield Hit(row=row, certificate=certificate, by="name", bearer=bearer)
                break


def refused(measure: Measure, condition: str, after: datetime | None, *, issued: datetime | None, logged: datetime | None) -> bool:
    """Whether the row refuses a certificate: always, or by its date of issue. Where a certificate carries no SCT, notBefore stands in for the earliest one."""
    if measure in (Measure.BLOCKED, Measure.LEAKED):
        return True
    moment = logged or issued if condition == "sct" else issued
    return measure is not Measure.REMOVED and after is not None and moment is not None and moment > after


def _is_named(name: Name, row: Distrust) -> bool:
    own = [value for value in (name.organization, name.common_name) if value]
    if row.measure is Measure.REMOVED:
        return (name.common_name or "").lower() in (known.lower() for known in row.names)
    return any(len(known) >= _SHORTEST_NAME and _begins(known, value) for known in row.names for value in own)


def _begins(known: str, text: str) -> bool:
    """Whether a text begins with a name, as whole words."""
    return re.match(rf"{re.escape(known)}(?!\w)", text, re.IGNORECASE) is not None


@functools.lru_cache(maxsize=4)
def _rows(data: AuthorityData) -> dict[str, tuple[Distrust, ...]]:
    found: dict[str, tuple[Distrust, ...]] = {}
    for row in data.distrusts:
        for name in (*row.roots, *row.keys):
            found[name] = (*found.get(name, ()), row)
    return found
