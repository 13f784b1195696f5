"""Names that stand in a certificate in vain, since no client can match them, and names that a public authority may not certify.

What is unusable was seen with OpenSSL and GnuTLS; what is forbidden is in the Baseline Requirements 7.1.4.2 and 4.2.2, with the date from which on.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import attrs

from ..certificate import Certificate
from ..suffixes import is_public_suffix
from .matching import address_of

_INTERNAL_TOPS = frozenset({"local", "internal", "lan", "home", "corp", "localdomain", "localhost", "intranet", "private"})
"""Never delegated, or reserved for networks of one's own (RFC 6761, RFC 6762, ICANN's reservation of .internal)."""
_NAME = re.compile(r"[a-z0-9_*.-]+", re.IGNORECASE)
_INTERNAL_SINCE = datetime(2015, 11, 1, tzinfo=UTC)
_UNDERSCORE_SINCE = datetime(2019, 5, 1, tzinfo=UTC)
_REVERSE_SINCE = datetime(2026, 3, 15, tzinfo=UTC)
MOST = 50
"""Faults that are told of one certificate."""
_LOOKED_AT = 2000
"""Names of a certificate that are looked at; a thousand is what large sites have."""
_LONGEST = 253


@attrs.frozen(kw_only=True)
class NameFault:
    """A name of the subjectAltName, and what is wrong with it; `harmless` where another entry does what it was meant for."""

    code: str
    name: str
    detail: str
    harmless: bool = False


def unusable_names(certificate: Certificate) -> tuple[NameFault, ...]:
    """Entries that no client of today matches with any host."""
    found: list[NameFault] = []
    there = {name.lower() for name in certificate.dns_names[:_LOOKED_AT]}
    for name in certificate.dns_names[:_LOOKED_AT]:
        if len(found) < MOST and (fault := _unusable(name, certificate, there)) is not None:
            found.append(fault)
    return tuple(found)


def _unusable(name: str, certificate: Certificate, names: set[str]) -> NameFault | None:
    if (address := address_of(name)) is not None:
        there = str(address) in certificate.ip_addresses
        more = ", where it is too" if there else ""
        return NameFault(code="address-as-name", name=name, detail=f"is an address, which belongs into an iPAddress{more}", harmless=there)
    if "\\x" in name:
        return NameFault(code="not-ascii", name=name, detail="has bytes outside ASCII; internationalised names are written in A-labels (xn--...)")
    if len(name) > _LONGEST:
        return NameFault(code="no-host-name", name=f"{name[:60]}...", detail=f"has {len(name)} characters, and DNS allows {_LONGEST}")
    if not _NAME.fullmatch(name):
        words = "is empty" if not name else "has characters that no host name has (a URL, a port or a space?)"
        return NameFault(code="no-host-name", name=name, detail=words)
    if name.endswith("."):
        there = name.rstrip(".").lower() in names
        return NameFault(code="trailing-dot", name=name, detail="ends with a dot, and clients compare it as it is", harmless=there)
    return _wildcard(name) or _labels(name)


def _wildcard(name: str) -> NameFault | None:
    first, _, rest = name.partition(".")
    if "*" not in name:
        return None
    if "*" in rest or first != "*":
        return NameFault(code="wildcard-misplaced", name=name, detail="has a wildcard that is not the whole left-most label")
    if "." not in rest:
        return NameFault(code="wildcard-too-wide", name=name, detail="has a wildcard directly below a top-level domain, or nothing else")
    return None


def _labels(name: str) -> NameFault | None:
    labels = name.split(".")
    if any(not 0 < len(label) < 64 for label in labels):
        return NameFault(code="no-host-name", name=name, detail="has an empty label, or one of more than the 63 octets that DNS allows")
    return None


def forbidden_names(certificate: Certificate) -> tuple[NameFault, ...]:
    """Names that a public authority may not certify at the certificate's date of issue; wildcards over what looks like a public suffix with them."""
    issued = certificate.not_before
    found: list[NameFault] = []
    for name in certificate.dns_names[:_LOOKED_AT]:
        if len(name) <= _LONGEST:
            found += _forbidden_name(name.lower().rstrip("."), name, issued)
    for address in certificate.ip_addresses[:_LOOKED_AT]:
        if not _is_global(address) and _since(issued, _INTERNAL_SINCE):
            found.append(NameFault(code="address-reserved", name=address, detail="is an address of private networks or reserved"))
    return tuple(found[:MOST])


def _forbidden_name(plain: str, name: str, issued: datetime | None) -> Iterator[NameFault]:
    labels = plain.split(".")
    if address_of(plain) is not None:
        return
    if (len(labels) == 1 or labels[-1] in _INTERNAL_TOPS or plain.endswith(".home.arpa")) and _since(issued, _INTERNAL_SINCE):
        yield NameFault(code="name-internal", name=name, detail="is a name of internal networks, which nobody can own (forbidden since 2015-11-01)")
    if any("_" in label for label in labels) and _since(issued, _UNDERSCORE_SINCE):
        yield NameFault(code="name-underscore", name=name, detail="has an underscore (forbidden since 2019-05-01)")
    if plain.endswith((".in-addr.arpa", ".ip6.arpa")) and _since(issued, _REVERSE_SINCE):
        yield NameFault(code="name-reverse", name=name, detail="is a name for looking up addresses (forbidden since 2026-03-15)")
    if len(labels) > 2 and labels[0] == "*" and is_public_suffix(plain[2:]):
        yield NameFault(code="wildcard-suffix", name=name, detail="has a wildcard over what looks like a public suffix, whose names have different owners")


def _is_global(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return True


def _since(issued: datetime | None, date: datetime) -> bool:
    return issued is not None and issued >= date
