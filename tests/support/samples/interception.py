"""Samples of the check local/interception."""

from __future__ import annotations

from typing import Any

from tlsdiag.check import Seen
from tlsdiag.facts import Attempt, MadeUpName
from tlsdiag.target import Target
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.observations import ENDPOINT, NOW

from .certificate import issued, root, window
from .common import NAME, Samples

MADE_UP = "tlsdiag-0123456789ab.invalid"


def private(name: str, organization: str | None = None) -> Authority:
    """An authority of this name."""
    return Authority.root(name, organization=organization, number=320, now=NOW)


def issue(authority: Authority, name: str = NAME) -> Issued:
    return authority.issue(name, window=window(-30, 60))


def met(
    authority: Authority, *, made_up: bytes | None = None, trusted: bool = False, host: str = NAME, leaf: Issued | None = None, public: bool = False
) -> Seen:
    """What a client sees that met a certificate of this authority; `made_up` is what another server name got."""
    certificate = leaf or issue(authority, host)
    view = issued(certificate, verify_code=None if trusted else 20, trust=(authority if trusted else root()).pem)
    if made_up is not None or trusted:
        attempt = Attempt(accepted=True, certificates=(made_up,) if made_up else ())
        view.observations.put(MadeUpName, ENDPOINT, MadeUpName(server_name=MADE_UP, attempt=attempt, anchor_is_public=public if trusted else None))
    return Seen(target=Target.parse(host), now=view.now, observations=view.observations, endpoint=view.endpoint)


def minted(authority: Authority, **options: Any) -> Seen:
    """The same from what makes a certificate for every name that it hears."""
    return met(authority, made_up=issue(authority, MADE_UP).der, **options)


def own_server(authority: Authority) -> Seen:
    """A server of this authority's own: another name gets the same certificate."""
    leaf = issue(authority)
    return met(authority, leaf=leaf, made_up=leaf.der)


SAMPLES: Samples = {
    "interception": (
        lambda: minted(private("mitmproxy", "mitmproxy")),
        lambda: own_server(private("Barracuda Bay Brewing Root CA", "Barracuda Bay Brewing")),
    ),
    "interception-present": (
        lambda: minted(private("Zscaler Root CA", "Zscaler Inc."), trusted=True),
        lambda: met(private("Company Root CA", "Company"), trusted=True),
    ),
    "captive-portal-certificate": (
        lambda: met(private("Public CA"), leaf=issue(private("Public CA"), "login.netinary.net")),
        lambda: met(private("Public CA"), host="login.netinary.net"),
    ),
}
