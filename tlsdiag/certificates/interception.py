"""What is known of programs that intercept TLS: how they name the authority that they make certificates with.

`recognise` reads issuer names, `recognise_chain` those of a chain as it was sent, leaf first. A row matches when every pattern that it has matches one whole
value of its attribute (CN, O, OU), whatever the case. The table is generated (`_interception_tables`) and has a date; a row that no
source confirms has `Evidence.HINT` and is never enough by itself.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

import attrs

from ._interception_tables import DATE, PORTALS, ROWS
from .certificate import Certificate, Name
from .names import matches_dns

__all__ = ["DATE", "Evidence", "Interceptor", "Kind", "interceptors", "is_well_known", "portal_of", "recognise", "recognise_chain"]

_CN, _O, _OU = "2.5.4.3", "2.5.4.10", "2.5.4.11"


class Kind(StrEnum):
    """What kind of program it is."""

    ANTIVIRUS = "antivirus"
    CORPORATE = "corporate-proxy"
    PARENTAL = "parental-control"
    DEBUGGING = "debug-proxy"
    ADBLOCK = "adblock"
    MALWARE = "adware"
    PREINSTALLED = "preinstalled-root"
    STATE = "state"
    TEST = "test"
    DEVELOPMENT = "local-dev-ca"

    @property
    def harmful(self) -> bool:
        """Nobody should trust it: anyone may have the key of such a root."""
        return self in (Kind.MALWARE, Kind.PREINSTALLED)


class Evidence(StrEnum):
    """How well a row is founded: a literal of the product's source or of a vendor's list, a form that is known well, a mere hint."""

    DOCUMENTED = "high"
    KNOWN = "medium"
    HINT = "low"


@attrs.frozen(kw_only=True)
class Interceptor:
    """A row: product and maker, and where the pattern is from. `intercepts` is False for what issues certificates of servers of its own."""

    product: str
    vendor: str
    kind: Kind
    evidence: Evidence
    source: str
    manual: str | None = None
    intercepts: bool = True


# Authorities of servers, which no one puts between: the table has them so that they are not taken for others.
_SERVERS_OWN = {"Russian national CA"}


@functools.cache
def interceptors() -> tuple[tuple[Interceptor, tuple[tuple[str, re.Pattern[str]], ...]], ...]:
    """Every row with its patterns, the best founded first."""
    found = []
    for product, vendor, kind, cn, o, ou, confidence, manual, source in ROWS:
        patterns = tuple((oid, re.compile(text, re.IGNORECASE)) for oid, text in ((_CN, cn), (_O, o), (_OU, ou)) if text is not None)
        row = Interceptor(
            product=product,
            vendor=vendor,
            kind=Kind(kind),
            evidence=Evidence(confidence),
            source=source,
            manual=manual,
            intercepts=Kind(kind) is not Kind.DEVELOPMENT and product not in _SERVERS_OWN,
        )
        found.append((row, patterns))
    order = list(Evidence)
    return tuple(sorted(found, key=lambda item: (order.index(item[0].evidence), -len(item[1]))))


def recognise(names: Iterable[Name]) -> Interceptor | None:
    """The product that names its authority like one of these, the best founded; None for all others."""
    known = tuple(names)
    return next((row for row, patterns in interceptors() if any(_fits(name, patterns) for name in known)), None)


def recognise_chain(chain: Sequence[Certificate]) -> Interceptor | None:
    """The product that a chain as sent speaks of: by the issuer of the leaf, and the names of the authorities above it."""
    return recognise((*(item.issuer for item in chain), *(item.subject for item in chain[1:])))


def _fits(name: Name, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> bool:
    return all(any(oid == kind and pattern.fullmatch(value) for kind, value in name.attributes) for oid, pattern in patterns)


def portal_of(leaf: Certificate) -> str | None:
    """The host of a known captive portal that a certificate is for."""
    return next((host for host in PORTALS if any(matches_dns(name, host) for name in leaf.dns_names)), None)


def is_well_known(host: str) -> bool:
    """Whether a host belongs to a public service that everybody knows, which never has a certificate of a private authority."""
    name = host.rstrip(".").lower()
    return any(name == known or name.endswith(f".{known}") for known in _WELL_KNOWN)


# Where programs fetch their packages, code and keys from, and the largest public sites: chosen by hand. Left out are names under which private authorities
# are at home: databases and machines of customers (amazonaws.com, azure.com), services for a maker's own devices (Apple's, Windows Update), tests of new roots.
_WELL_KNOWN = (
    "amazon.com", "anaconda.org", "bitbucket.org", "cloudflare.com", "conda.io", "crates.io", "deb.debian.org", "docker.com", "docker.io", "facebook.com",
    "ghcr.io", "github.com", "githubusercontent.com", "gitlab.com", "golang.org", "google.com", "googleapis.com", "huggingface.co", "maven.org",
    "microsoftonline.com", "mozilla.org", "npmjs.org", "nuget.org", "openai.com", "packagist.org", "paypal.com", "pypi.org", "python.org",
    "pythonhosted.org", "quay.io", "rubygems.org", "slack.com", "stripe.com", "twilio.com", "ubuntu.com", "wikipedia.org", "www.microsoft.com",
    "yarnpkg.com", "youtube.com",
)  # fmt: skip
