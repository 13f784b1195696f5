"""Who may have issued a certificate: candidates by name, the likely ones first, confirmed by signature, within a budget.

A signature depends on the child and on the issuer's key alone, so that any number of certificates with one key cost one verification, and none is tried once
the key is found.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import attrs

from ..certificate import Certificate
from ..name_keys import NameKey, name_key
from ..signature import signed_by
from ..stores import TrustStore

_BYTES_A_UNIT = 512 * 1024
"""A verification has to hash the certificate: for each so many bytes it costs one unit more."""


@attrs.define
class Purse:
    """What may still be spent on signatures, and how many were verified."""

    left: int
    verified: int = 0

    def pay(self, child: Certificate) -> bool:
        """Pay for one verification; False when the purse is empty."""
        if self.left <= 0:
            return False
        self.left -= 1 + len(child.tbs) // _BYTES_A_UNIT
        self.verified += 1
        return True


class Issuers:
    """The certificates at hand by subject."""

    def __init__(self, pool: Iterable[Certificate], store: TrustStore, purse: Purse) -> None:
        self._store, self._purse = store, purse
        self._by_name: dict[NameKey, list[Certificate]] = {}
        self._ranked: dict[tuple[NameKey, bytes | None], tuple[Certificate, ...]] = {}
        self._signed: dict[tuple[bytes, bytes], bool | None] = {}
        self.spent = False
        for item in dict.fromkeys(pool):
            self._by_name.setdefault(name_key(item.subject.raw), []).append(item)

    def of(self, child: Certificate) -> list[Certificate]:
        """Certificates that have signed this one, anchors and those with the right key identifier first. `spent` tells that some were not tried."""
        found: list[Certificate] = []
        key: bytes | None = None
        for item in self.namesakes(child):
            if key is not None:  # no signature is that of two keys
                if item.spki == key:
                    found.append(item)
                continue
            signed = self.has_signed(child, item)
            if signed is not False:
                found.append(item)
            if signed:
                key = item.spki
        return found

    def namesakes(self, child: Certificate) -> list[Certificate]:
        """Every certificate with the issuer's name, likely ones first, the certificate itself left out."""
        name = name_key(child.issuer.raw)
        place = (name, child.authority_key_id)  # in a mesh hundreds of certificates have the same candidates
        if place not in self._ranked:
            found = dict.fromkeys((*self._store.find_by_name(child.issuer.raw), *self._by_name.get(name, ())))
            self._ranked[place] = tuple(sorted(found, key=lambda item: (_key_rank(child, item), not self._store.contains(item))))
        return [item for item in self._ranked[place] if item is not child and item != child]

    def stored(self, child: Certificate) -> list[Certificate]:
        """Those of the store with the issuer's name, in its order."""
        return [item for item in self._store.find_by_name(child.issuer.raw) if item != child]

    def sent(self, child: Certificate) -> list[Certificate]:
        """Those that were sent with the issuer's name, in the order of sending."""
        return [item for item in self._by_name.get(name_key(child.issuer.raw), ()) if item != child]

    def has_signed(self, child: Certificate, issuer: Certificate) -> bool | None:
        """Whether the issuer's key made the child's signature; False, too, when there was no budget left to try."""
        place = (child.der, issuer.spki)
        if place not in self._signed:
            if not self._purse.pay(child):
                self.spent = True
                return False
            self._signed[place] = signed_by(child, issuer)
        return self._signed[place]

    def untried(self, chain: Sequence[Certificate]) -> tuple[int, ...]:
        """The depths of a chain at which the signature could not be verified, by algorithm or key."""
        return tuple(depth for depth, (child, issuer) in enumerate(itertools.pairwise(chain)) if self.has_signed(child, issuer) is None)

    def is_self_signed(self, certificate: Certificate) -> bool:
        """Whether it has signed itself."""
        return certificate.is_self_issued and self.has_signed(certificate, certificate) is True


def key_ids_fit(child: Certificate, issuer: Certificate) -> bool | None:
    """Whether the child's authority key identifier is the issuer's own (RFC 5280 section 4.2.1.1); None when one of them is not there."""
    if child.authority_key_id is None or issuer.subject_key_id is None:
        return None
    return child.authority_key_id == issuer.subject_key_id


def names_its_own_key(certificate: Certificate) -> bool:
    """Whether the authorityKeyIdentifier of a certificate that has issued itself is its own; OpenSSL takes it for no root otherwise."""
    named = certificate.authority_key
    if named is not None and named.serial is not None and named.serial != certificate.serial:
        return False
    return key_ids_fit(certificate, certificate) is not False


def _key_rank(child: Certificate, issuer: Certificate) -> int:
    return {True: 0, None: 1, False: 2}[key_ids_fit(child, issuer)]
