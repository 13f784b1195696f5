"""What X509_V_FLAG_X509_STRICT refuses besides: the rules of RFC 5280 that OpenSSL checks only when it is told to, as Python does from 3.13 on.

Each comes with OpenSSL's verification code, so that a prediction can be held against what a strict client really says. The anchor is judged too, which
is why private roots that were made by hand fail. Codes: `x509_vfy.h`; order: as `check_extensions` goes through a path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from . import oids
from .certificate import Certificate


@attrs.frozen(kw_only=True)
class StrictFault:
    """A rule that a certificate of a path breaks; `verify_code` is OpenSSL's, `depth` counts from the leaf, which is 0."""

    verify_code: int
    depth: int
    detail: str


def strict_faults(path: Sequence[Certificate]) -> tuple[StrictFault, ...]:
    """Every fault of a path from leaf to anchor, in OpenSSL's order; a single self-signed certificate is not judged."""
    if len(path) < 2:
        return ()
    return tuple(
        StrictFault(verify_code=code, depth=depth, detail=f"{item.label} {text}")
        for depth, item in enumerate(path)
        for code, text in _of(item, last=depth == len(path) - 1, leaf=depth == 0)
    )


def _of(item: Certificate, *, last: bool, leaf: bool) -> Iterator[tuple[int, str]]:
    if not leaf and (item.version < 3 or not item.is_ca):
        yield 79, "is no certificate authority of version 3 (basicConstraints)"
    yield from _constraints(item)
    yield from _names(item)
    yield from _identifiers(item, last=last)


def _constraints(item: Certificate) -> Iterator[tuple[int, str]]:
    usage = item.key_usage or frozenset()
    constraints = item.extension(oids.BASIC_CONSTRAINTS)
    if item.path_length is not None and not item.is_ca:
        yield 80, "is no authority and has a path length"
    if item.path_length is not None and item.is_ca and "keyCertSign" not in usage:
        yield 81, "has a path length and may not sign certificates (keyUsage)"
    if item.is_ca and constraints is not None and not constraints.critical:
        yield 89, "has basicConstraints that are not marked critical"
    if item.is_ca and item.key_usage is None:
        yield 92, "is an authority without keyUsage"
    if not item.is_ca and "keyCertSign" in usage:
        yield 82, "is no authority and has the usage keyCertSign"


def _names(item: Certificate) -> Iterator[tuple[int, str]]:
    alternative = item.extension(oids.SUBJECT_ALT_NAME)
    if not item.issuer.attributes:
        yield 83, "names no issuer"
    if not item.subject.attributes and (item.is_ca or alternative is None):
        yield 84, "has no subject"
    elif not item.subject.attributes and alternative is not None and not alternative.critical:
        yield 88, "has an empty subject, and its subjectAltName is not marked critical"
    if alternative is not None and not (item.dns_names or item.ip_addresses or item.other_names):
        yield 87, "has a subjectAltName without a name"


def _identifiers(item: Certificate, *, last: bool) -> Iterator[tuple[int, str]]:
    authority, subject = item.extension(oids.AUTHORITY_KEY_IDENTIFIER), item.extension(oids.SUBJECT_KEY_IDENTIFIER)
    if any(problem.code == "signature-algorithms-differ" for problem in item.problems):
        yield 78, "names two signature algorithms"
    if authority is not None and authority.critical:
        yield 90, "has an authorityKeyIdentifier that is marked critical"
    if subject is not None and subject.critical:
        yield 91, "has a subjectKeyIdentifier that is marked critical"
    if item.version < 3:
        if item.extensions:
            yield 93, "has extensions and is not of version 3"
        return
    if not last and item.authority_key_id is None:
        yield 85, "has no authorityKeyIdentifier"
    if item.is_ca and item.subject_key_id is None:
        yield 86, "is an authority without subjectKeyIdentifier"
