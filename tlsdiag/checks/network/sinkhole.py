"""Addresses that a name on the internet does not have: a filter's resolver gave them, or a line in the hosts file.

Told only where the name was resolved (a caller who pins an address means it), and as a cause only where the connection fails: a developer's own machine may well
answer under a public name.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ...plugin import (
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    NetworkFinding,
    Reachability,
    Resolution,
    Rule,
    Seen,
    Severity,
)
from ..balance.backends import LOST
from ..common import CONSEQUENCE, client_failed

CERTIFICATE = (
    "certificate-expired", "certificate-self-signed", "default-certificate", "interception", "intermediate-missing", "issuer-not-for-everybody", "issuer-untrusted",
    "name-mismatch", "private-authority",
)  # fmt: skip
OTHERWISE = ("administratively-prohibited", "answer-not-tls", "fatal-alert", "host-unreachable", "server-name-unknown", "speaks-other-protocol", "speaks-plain-http")
SINKHOLED = Rule(
    code="name-sinkholed",
    title="The name leads to an address that blocks it",
    layer=Layer.RESOLUTION,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="DNS filters answer with an address that leads nowhere, or to their block page, in place of the server's own. So does a line in the hosts file. The real server was never asked.",
    fix=Fix(
        summary="Compare the answer with that of another resolver, and look into the hosts file. Where the filter is wrong, let who runs it allow the name; where the line is old, remove it.",
        snippets={"shell": "getent ahosts NAME; grep -n NAME /etc/hosts; dig +short NAME @1.1.1.1"},
    ),
    references=("RFC 8914 section 4.16", "RFC 1122 section 3.2.1.3", "https://docs.umbrella.com/deployment-umbrella/docs/block-page-ip-addresses"),
    explains=(*CONSEQUENCE, *LOST, *CERTIFICATE, *OTHERWISE),
    failing="a public name that resolves to 0.0.0.0",
    passing="localhost, which resolves to 127.0.0.1",
)
LEADS_INSIDE = Rule(
    code="name-leads-inside",
    title="A public name leads to a private address",
    layer=Layer.RESOLUTION,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Often this is meant (a resolver inside answers differently from those outside: split horizon); it may also be a filter's or an old answer. A client elsewhere meets another server.",
    fix=Fix(summary="Where another server was expected: ask a resolver outside, and compare.", snippets={"shell": "dig +short NAME @1.1.1.1"}),
    references=("RFC 1918", "RFC 4193", "RFC 6598"),
    failing="a public name that resolves to 10.0.0.5",
    passing="a public name that resolves to a public address",
)
# Addresses that their owners document as block pages; checked November 2026.
_BLOCK_PAGES = {
    ipaddress.ip_network("146.112.61.104/29"): "Cisco Umbrella",
    ipaddress.ip_network("::ffff:146.112.61.104/125"): "Cisco Umbrella",
    ipaddress.ip_network("208.91.112.55/32"): "Fortinet FortiGuard",
    ipaddress.ip_network("2001:cdba::3257:9652/128"): "Fortinet FortiGuard",
}
_PRIVATE = tuple(
    ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)
# RFC 6761, RFC 6762, RFC 8375, and what people use at home
_NOT_PUBLIC = frozenset(("arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "onion", "private", "test"))


class SinkholeCheck(Check):
    """Looks at the address that the name led to."""

    name = "network/sinkhole"
    rules = (SINKHOLED, LEADS_INSIDE)
    needs = (Resolution,)
    wants = (ClientOutcome, HandshakeOutcome, Reachability)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what the address is, where it is none of the public ones."""
        resolution = seen[Resolution]
        if resolution.pinned or resolution.via is not None or seen.endpoint is None or not is_public(seen.target.host):
            return
        address = ipaddress.ip_address(seen.endpoint.address.partition("%")[0])
        failed = client_failed(seen)
        kind = _blocking(address)
        if kind is not None and (failed or address.is_unspecified):
            words, confidence = kind
            detail = f"{seen.target.host} resolves to {address}: {words}."
            yield NetworkFinding.of(SINKHOLED, detail, confidence=confidence, blocks=failed)
        elif any(address in network for network in _PRIVATE):
            detail = f"{seen.target.host} resolves to the private address {address}: a name inside an organisation (split horizon), or a filter's answer. Which, cannot be told from here."
            yield NetworkFinding.of(LEADS_INSIDE, detail, confidence=Confidence.POSSIBLE)


def is_public(host: str) -> bool:
    """Whether a name should lead to an address on the internet."""
    labels = host.rstrip(".").lower().split(".")
    return len(labels) > 1 and labels[-1] not in _NOT_PUBLIC and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _blocking(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> tuple[str, Confidence] | None:
    if address.is_unspecified:
        return "no host has this address; filters give it for names that they block", Confidence.PROVEN
    if address.is_loopback:
        return "this machine itself, which a DNS filter or the hosts file says for names that it blocks", Confidence.LIKELY
    owner = next((owner for network, owner in _BLOCK_PAGES.items() if address in network), None)
    return None if owner is None else (f"the block page of {owner}", Confidence.LIKELY)
