"""Whether a certificate is for a host, as each client compares names: alike in the plain cases, not in the common name, wildcards and dots.

RFC 9525 (`names.match_host`) is what the standards want; these are the departures. The common name counts for OpenSSL, Java, GnuTLS and NSS where there is no
dNSName at all, and of several common names each takes its own choice. A wildcard has to be a whole label on the left with two labels after it for most, Go
wants one label after it, and Java takes it anywhere.
"""

from __future__ import annotations

import ipaddress
import re

import attrs

from ..certificate import Certificate
from ..names import NameMatch, match_host
from ..remembering import remembered

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.?", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class NameHabits:
    """How a client compares: `labels` are those that must follow a wildcard; `anywhere`: it may be a part of any label.

    `unless_named`: the common name counts for nothing beside an address or a URI. `of_several`: which common names count where there are several: "all", the
    "last" (the most specific), or "none". `plain_hosts`: it takes no host with an underscore; `plain_stars`: a wildcard
    stands for letters, digits and hyphens only. `dots_ignored`: a dot at the end of a certificate's name counts for nothing; `host_as_it_is`: one at the end
    of the host counts; `dotted_alike`: names that end in a dot are compared whole. `mapped_alike`: an IPv4 address in the form of IPv6 is that address.
    """

    common_name: bool = False
    unless_named: bool = False
    of_several: str = "last"
    labels: int = 2
    anywhere: bool = False
    plain_hosts: bool = False
    plain_stars: bool = False
    dots_ignored: bool = False
    host_as_it_is: bool = False
    dotted_alike: bool = False
    mapped_alike: bool = False


_OPENSSL = NameHabits(common_name=True, of_several="all", plain_stars=True, host_as_it_is=True)
HABITS: dict[str, NameHabits] = {
    "openssl-1.1.1": _OPENSSL,
    "openssl-3": _OPENSSL,
    "openssl-3-strict": _OPENSSL,
    "go": NameHabits(labels=1, dotted_alike=True, mapped_alike=True),
    "java": NameHabits(common_name=True, labels=1, anywhere=True, plain_hosts=True, mapped_alike=True),
    "gnutls": NameHabits(common_name=True, unless_named=True, of_several="none", host_as_it_is=True),
    "nss": NameHabits(common_name=True),
    "chromium": NameHabits(dots_ignored=True),
}


def why_not_named(certificate: Certificate, host: str, profile: str) -> str | None:
    """Why a client of a profile does not take a certificate for a host's; None when it does."""
    habits, wanted = HABITS[profile], host.lower() if HABITS[profile].host_as_it_is else host.rstrip(".").lower()
    if _is_address(wanted):
        match = _standard(certificate, host)
        alike = habits.mapped_alike and any(_plain(text) == _plain(wanted) for text in certificate.ip_addresses)
        return None if match.matched or alike else match.reason
    if not takes_host(host, profile):
        return f"{host} has characters that it takes in no host name"
    presented = (name.lower().removesuffix("." if habits.dots_ignored else "") for name in certificate.dns_names)
    if any(_fits(name, wanted, habits) or (habits.dotted_alike and name == host.lower()) for name in presented):
        return None
    if any(_fits(common.lower(), wanted, habits) for common in _common_names(certificate, habits)):
        return None
    dotted = next((name for name in certificate.dns_names if name.lower() == f"{wanted}."), None)
    if dotted is not None:
        return f"{dotted} ends in a dot, and it compares the dot too"
    match = _standard(certificate, host)
    if wanted.endswith("."):
        return f"{host} ends in a dot, and it compares the dot too"
    return match.reason or f"it takes none of {', '.join(match.presented[:4])} for {host}"


def _common_names(certificate: Certificate, habits: NameHabits) -> tuple[str, ...]:
    """Those that count for a client."""
    beside = {"dNSName", "iPAddress", "uniformResourceIdentifier"} if habits.unless_named else {"dNSName"}
    if not habits.common_name or any(item.kind in beside for item in certificate.general_names):
        return ()
    names = certificate.subject.common_names
    chosen = {"all": names, "last": names[-1:], "none": names if len(names) == 1 else ()}
    return chosen[habits.of_several]


@remembered(64)
def _standard(certificate: Certificate, host: str) -> NameMatch:
    """The match by RFC 9525, made once for all clients."""
    return match_host(certificate, host)


def takes_host(host: str, profile: str) -> bool:
    """Whether a client of a profile takes a host name (or an address) at all, whatever the certificate."""
    return not HABITS[profile].plain_hosts or _is_address(host) or _HOST.fullmatch(host) is not None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    """An address; the IPv4 one of ::ffff:192.0.2.1."""
    try:
        found = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return text
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def _fits(pattern: str, host: str, habits: NameHabits) -> bool:
    if "*" not in pattern:
        return pattern == host
    labels, wanted = pattern.split("."), host.split(".")
    if len(labels) != len(wanted) or len(labels) <= habits.labels:
        return False
    if habits.anywhere:
        return all(_fits_label(label, name) for label, name in zip(labels, wanted, strict=True))
    return labels[0] == "*" and labels[1:] == wanted[1:] and not (habits.plain_stars and "_" in wanted[0])


def _fits_label(pattern: str, label: str) -> bool:
    """Whether a label is the pattern's pieces in order, with anything where a star stands."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == label
    if not label.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        found = label.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(label) - at >= len(rest[-1]) and label.endswith(rest[-1])
