"""Whether a certificate is valid for a host (RFC 9525): DNS names with one wildcard label, IP addresses; the common name counts for nothing."""

from __future__ import annotations

import ipaddress

import attrs

from ...host_names import a_labels
from ..certificate import Certificate
from ..oids import SUBJECT_ALT_NAME
from .near import NearName, nearest_names

_LONGEST_LITERAL = 64


@attrs.frozen(kw_only=True)
class NameMatch:
    """The outcome, every name that is presented, the nearest of them, and why it does not match; `near` has the nearest few, each with its reason."""

    matched: bool
    presented: tuple[str, ...] = ()
    nearest: str | None = None
    reason: str = ""
    near: tuple[NearName, ...] = ()


def match_host(certificate: Certificate, host: str) -> NameMatch:
    """Compare the presented identifiers with a host name (A-labels or U-labels, a trailing dot or none) or an IP literal."""
    presented = (*certificate.dns_names, *certificate.ip_addresses)
    address = address_of(host)
    wanted = str(address) if address is not None else in_a_labels(host.rstrip(".")).lower()
    if address is not None:
        matched = wanted in certificate.ip_addresses
    else:
        matched = any(matches_dns(name, wanted) for name in certificate.dns_names)
    if matched:
        return NameMatch(matched=True, presented=presented)
    near = nearest_names(wanted, presented, is_address=address is not None)
    reason = _reason(certificate, wanted, near, is_address=address is not None)
    return NameMatch(matched=False, presented=presented, nearest=near[0].name if near else None, reason=reason, near=near)


def in_common_name(certificate: Certificate, wanted: str) -> bool:
    """Whether a common name is the host (in A-labels or as an address, in lower case), or a wildcard that covers it."""
    names = [name.rstrip(".").lower() for name in certificate.subject.common_names]
    return bool(wanted) and any(name == wanted or matches_dns(name, wanted) for name in names)


def matches_dns(pattern: str, host: str) -> bool:
    """Whether a DNS-ID matches (RFC 9525 section 6.3): a wildcard stands for exactly the left-most label, and not directly below a top-level domain.

    A pattern that ends with a dot matches nothing: the preferred name syntax has none, and clients compare it as it is.
    """
    pattern, host = pattern.lower(), host.rstrip(".").lower()
    if not pattern.startswith("*."):
        return "*" not in pattern and bool(pattern) and pattern == host
    rest = pattern[2:]
    label, _, parent = host.partition(".")
    return bool(label) and "*" not in rest and "." in rest and parent == rest


def in_a_labels(host: str) -> str:
    """A name in A-labels; one that has no such form stays as it is."""
    try:
        return a_labels(host)
    except ValueError:
        return host


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP literal, in brackets or without."""
    plain = text.strip("[]") if len(text) < _LONGEST_LITERAL else ""
    if not (plain[:1].isdigit() or ":" in plain):
        return None  # most names of a certificate: an exception for each would cost time
    try:
        return ipaddress.ip_address(plain)
    except ValueError:
        return None


def _reason(certificate: Certificate, wanted: str, near: tuple[NearName, ...], *, is_address: bool) -> str:
    """Why nothing matches: what the nearest name lacks, and what the common name has to do with it."""
    has_common = in_common_name(certificate, wanted)
    if not certificate.dns_names and not certificate.ip_addresses:
        if has_common:
            what, who = ("address", "clients") if is_address else ("name", "browsers and Go")
            where = "there is no subjectAltName" if certificate.extension(SUBJECT_ALT_NAME) is None else "the subjectAltName has no host's name"
            return f"the {what} is in the common name only, which {who} ignore; {where}"
        return "there is no subjectAltName with a name or an address"
    kind = "iPAddress" if is_address else "dNSName"
    reason = next((item.reason for item in near[:1] if item.reason), "") or f"no {kind} of the subjectAltName is this {'address' if is_address else 'name'}"
    return reason + ("; the common name fits, and clients do not look at it where there is a subjectAltName" if has_common else "")
