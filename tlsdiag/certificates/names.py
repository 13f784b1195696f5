"""Whether a certificate is valid for a host (RFC 9525): DNS names with one wildcard label, IP addresses; the common name counts for nothing."""

from __future__ import annotations

import difflib
import ipaddress

import attrs

from .certificate import Certificate


@attrs.frozen(kw_only=True)
class NameMatch:
    """The outcome, every name that is presented, the nearest of them, and why it does not match."""

    matched: bool
    presented: tuple[str, ...] = ()
    nearest: str | None = None
    reason: str = ""


def match_host(certificate: Certificate, host: str) -> NameMatch:
    """Compare the presented identifiers with a host name (A-labels) or an IP literal."""
    presented = (*certificate.dns_names, *certificate.ip_addresses)
    wanted = host.rstrip(".").lower()
    address = _address(wanted)
    if address is not None:
        matched = str(address) in certificate.ip_addresses
    else:
        matched = any(matches_dns(name, wanted) for name in certificate.dns_names)
    if matched:
        return NameMatch(matched=True, presented=presented)
    near = difflib.get_close_matches(wanted, [name.lower() for name in presented], n=1, cutoff=0.0)
    nearest = next((name for name in presented if near and name.lower() == near[0]), None)
    return NameMatch(matched=False, presented=presented, nearest=nearest, reason=_reason(certificate, wanted, address is not None))


def matches_dns(pattern: str, host: str) -> bool:
    """Whether a DNS-ID matches (RFC 9525 section 6.3): a wildcard stands for exactly the left-most label."""
    pattern, host = pattern.rstrip(".").lower(), host.rstrip(".").lower()
    if not pattern.startswith("*."):
        return "*" not in pattern and bool(pattern) and pattern == host
    rest = pattern[2:]
    label, _, parent = host.partition(".")
    return bool(label) and "*" not in rest and "." in rest and parent == rest


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _reason(certificate: Certificate, wanted: str, is_address: bool) -> str:
    common = (certificate.subject.common_name or "").lower()
    if not certificate.dns_names and not certificate.ip_addresses:
        if common == wanted:
            return "the name is in the common name only, which most clients ignore; there is no subjectAltName"
        return "there is no subjectAltName with a name or an address"
    if is_address:
        if wanted in certificate.dns_names:
            return "the address is there as a dNSName; an address has to be an iPAddress"
        return "no iPAddress of the subjectAltName is this address"
    for name in certificate.dns_names:
        pattern = name.lower()
        if pattern.startswith("*.") and wanted.endswith(pattern[1:]):
            return f"the wildcard {name} stands for one label, and {wanted} has more before {pattern[2:]}"
        if pattern.startswith("*.") and wanted == pattern[2:]:
            return f"the wildcard {name} does not stand for {wanted} itself"
    return "no dNSName of the subjectAltName is this name"
