"""One address family fails and the other works: IPv6 that is broken here or there is the usual case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...plugin import Blame, Check, Endpoint, FailureKind, Finding, Fix, Layer, NetworkFinding, Reachability, Rule, Scope, Seen, Severity

FAMILY_BROKEN = Rule(
    code="address-family-broken",
    title="One address family does not work",
    layer=Layer.NETWORK,
    severity=Severity.MEDIUM,
    blame=Blame.NETWORK,
    why="Clients that try the addresses in turn are slow, and those that take the first one fail. A firewall is open for one family only, the server listens on one only, or this network has no working way for the other.",
    fix=Fix(
        summary="Repair the family that fails where it breaks (the server's listening address, a firewall's second set of rules, the route of this network), or take its records out of DNS.",
        snippets={"shell": "curl -4 -sv https://NAME:PORT/ -o /dev/null; curl -6 -sv https://NAME:PORT/ -o /dev/null", "nginx": "listen 443 ssl;\nlisten [::]:443 ssl;"},
    ),
    references=("RFC 8305", "RFC 6555"),
    failing="a name whose IPv6 address times out while the IPv4 address works",
    passing="a name of which one of two IPv4 addresses works",
)
_TCP = ("administratively-prohibited", "connection-refused", "connection-timed-out", "host-unreachable")


class FamiliesCheck(Check):
    """Compares IPv4 with IPv6."""

    name = "network/families"
    rules = (FAMILY_BROKEN,)
    needs = (Reachability,)
    scope = Scope.TARGET

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the family that fails as a whole, where the other does not."""
        reached = {place: item for place, item in seen.all(Reachability).items() if not _is_loopback(place)}
        for family, other in ((4, 6), (6, 4)):
            ours = {place: item for place, item in reached.items() if place.family == family}
            theirs = {place: item for place, item in reached.items() if place.family == other}
            if ours and not any(item.connected for item in ours.values()) and any(item.connected for item in theirs.values()):
                yield _broken(family, other, ours, all(item.connected for item in theirs.values()))


def _broken(family: int, other: int, ours: Mapping[Endpoint, Reachability], others_all_work: bool) -> Finding:
    reasons = sorted({item.failure.detail for item in ours.values() if item.failure is not None})
    places = ", ".join(sorted(str(place) for place in ours))
    detail = f"No IPv{family} address takes connections ({places}: {'; '.join(reasons)}); IPv{other} works."
    missing = family == 6 and all(item.failure is not None and item.failure.kind is FailureKind.UNREACHABLE for item in ours.values())
    return NetworkFinding.of(
        FAMILY_BROKEN,
        detail + (" This machine, or its network, has no way for IPv6." if missing else ""),
        title=f"IPv{family} does not work, IPv{other} does",
        severity=Severity.INFO if missing else Severity.MEDIUM,
        also_explains=_TCP if others_all_work else (),
    )


def _is_loopback(place: Endpoint) -> bool:
    return place.address == "::1" or place.address.startswith("127.")
