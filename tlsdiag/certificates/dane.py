"""DANE, pure: which certificates of a chain a TLSA record stands for (RFC 6698 section 2.1, RFC 7671).

    usage      0 PKIX-TA  1 PKIX-EE  2 DANE-TA  3 DANE-EE    (RFC 7218 has the names)
    selector   0 Cert     1 SPKI
    matching   0 Full     1 SHA2-256  2 SHA2-512

For the usages 0 and 1 the chain must also hold by itself, which is not judged here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from .certificate import Certificate

PKIX_TA, PKIX_EE, DANE_TA, DANE_EE = range(4)
USAGES = ("PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE")
_DIGESTS = {1: ("sha256", 32), 2: ("sha512", 64)}


class Association(Protocol):
    """A TLSA record."""

    @property
    def usage(self) -> int: ...
    @property
    def selector(self) -> int: ...
    @property
    def matching(self) -> int: ...
    @property
    def data(self) -> bytes: ...


class Unusable(StrEnum):
    """Why no client can use a record (RFC 6698 section 4.1, RFC 7672 section 3.1.3)."""

    USAGE = "unknown-usage"
    SELECTOR = "unknown-selector"
    MATCHING = "unknown-matching-type"
    LENGTH = "wrong-length"
    NOT_FOR_MAIL = "not-for-mail"


def why_unusable(record: Association, *, mail: bool = False) -> Unusable | None:
    """Why a record counts for nothing; None where it can be used. `mail`: servers of mail do not use PKIX-TA and PKIX-EE."""
    if record.usage > DANE_EE:
        return Unusable.USAGE
    if record.selector > 1:
        return Unusable.SELECTOR
    if record.matching != 0 and record.matching not in _DIGESTS:
        return Unusable.MATCHING
    if record.matching in _DIGESTS and len(record.data) != _DIGESTS[record.matching][1]:
        return Unusable.LENGTH
    if record.matching == 0 and not _looks_like_der(record.data):
        return Unusable.LENGTH
    return Unusable.NOT_FOR_MAIL if mail and record.usage in (PKIX_TA, PKIX_EE) else None


def matches(record: Association, chain: Sequence[Certificate]) -> int | None:
    """The position of the certificate that a record stands for, in a chain with the leaf first; None where it is not there.

    The usages for authorities look above the leaf, but for a leaf that has signed itself; those for the end entity at the leaf alone.
    """
    if record.usage in (PKIX_EE, DANE_EE):
        places = range(min(1, len(chain)))
    else:
        places = range(0 if len(chain) == 1 and chain[0].is_self_issued else 1, len(chain))
    return next((place for place in places if association(chain[place], record) == record.data), None)


def association(certificate: Certificate, record: Association) -> bytes:
    """What the data of the record would be for a certificate."""
    selected = certificate.der if record.selector == 0 else certificate.spki
    return selected if record.matching not in _DIGESTS else hashlib.new(_DIGESTS[record.matching][0], selected).digest()


def _looks_like_der(data: bytes) -> bool:
    return len(data) > 4 and data[0] == 0x30
