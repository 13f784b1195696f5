"""The proxy itself: is it there?

What keeps one address of a proxy from answering while another works is told as of every name with several addresses, in `network/reachability`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, Failure, FailureKind, Finding, Fix, Layer, ProxyWay, Reachability, Resolution, Rule, Seen, Severity
from .common import EXPLAINED, finding, named

_WITHOUT = {"shell": "unset HTTPS_PROXY https_proxy ALL_PROXY all_proxy", "requests": "session.trust_env = False", "curl": "curl --noproxy '*' https://TARGET/", "pip": "env -u HTTPS_PROXY -u https_proxy pip install ...", "git": "git config --global --unset http.proxy", "node": "unset HTTPS_PROXY"}
_REFERENCES = ("RFC 9110 section 3.7",)
REFUSED = Rule(
    code="proxy-refused",
    title="The proxy refuses the connection",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Nothing listens where the proxy should be: it is not running, or address or port are those of another. The target was never asked.",
    fix=Fix(summary="Start the proxy, correct its address and port where they are configured, or do without it.", snippets=_WITHOUT),
    references=_REFERENCES,
    explains=EXPLAINED,
    blocking=True,
    failing="a proxy's port on which nothing listens",
    passing="a target's port on which nothing listens",
)
TIMED_OUT = Rule(
    code="proxy-timed-out",
    title="The proxy does not answer the connection",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="Packets to the proxy are dropped: a firewall, or a proxy of a network that this machine is not in. The target was never asked.",
    fix=Fix(summary="Connect to the network that the proxy is in, open its port for this machine, correct its address, or do without it.", snippets=_WITHOUT),
    references=_REFERENCES,
    explains=EXPLAINED,
    blocking=True,
    failing="a proxy's address that drops packets",
    passing="a proxy that refuses",
)
UNREACHABLE = Rule(
    code="proxy-unreachable",
    title="There is no way to the proxy",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="This machine, or a router near it, cannot or may not send to the proxy's address. The target was never asked.",
    fix=Fix(summary="Check routes, VPN, address family and local firewall for the proxy's address, or do without it.", snippets={"shell": "ip route get PROXYHOST", **{key: text for key, text in _WITHOUT.items() if key != "shell"}}),
    references=_REFERENCES,
    explains=EXPLAINED,
    blocking=True,
    failing="a proxy's address without a route",
    passing="a proxy that answers",
)
_RULES = {FailureKind.REFUSED: REFUSED, FailureKind.TIMED_OUT: TIMED_OUT}


class ProxyReachabilityCheck(Check):
    """Reads what became of dialling the proxy."""

    name = "proxy/reachability"
    rules = (REFUSED, TIMED_OUT, UNREACHABLE)
    needs = (Reachability, Resolution)
    wants = (ProxyWay,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits, where no address of the proxy works."""
        failure, resolution = seen[Reachability].failure, seen[Resolution]
        if resolution.via is None or failure is None or failure.kind is FailureKind.BUDGET_SPENT:
            return
        if any(other.connected for other in seen.all(Reachability).values()):
            return
        way = seen.get(ProxyWay) or ProxyWay(url=resolution.via, origin=resolution.via_origin)
        yield finding(_RULES.get(failure.kind, UNREACHABLE), seen, way, _detail(seen, way, failure))


def _detail(seen: Seen, way: ProxyWay, failure: Failure) -> str:
    return f"{named(way)} is at {seen.endpoint}, and connecting there failed: {failure.detail}. {seen.target} was not asked for."
