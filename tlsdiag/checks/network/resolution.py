"""The name: does it lead to an address?"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, FailureKind, Finding, Fix, Layer, NetworkFinding, Resolution, Rule, Scope, Seen, Severity
from ..common import CONSEQUENCE

NAME_NOT_FOUND = Rule(
    code="name-not-found",
    title="The host name does not exist",
    layer=Layer.RESOLUTION,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Without an address there is nothing to connect to; no TLS was spoken at all.",
    fix=Fix(
        summary="Correct the host name, or create its A or AAAA record at the DNS provider; look for a typing error and a missing search domain first.",
        snippets={"shell": "getent ahosts NAME; dig +short NAME A; dig +short NAME AAAA"},
    ),
    references=("RFC 1035", "RFC 8020"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a name in .invalid",
    passing="localhost",
)
NO_ADDRESS = Rule(
    code="name-has-no-address",
    title="The host name exists but has no address",
    layer=Layer.RESOLUTION,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The name has other records, such as MX or TXT, but none that says where to connect to.",
    fix=Fix(summary="Add an A or AAAA record for the name, or connect to the name that has one."),
    references=("RFC 1035 section 3.4",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a resolver that answers with no data",
    passing="localhost",
)
RESOLVER_FAILED = Rule(
    code="resolver-failed",
    title="The resolver could not answer",
    layer=Layer.RESOLUTION,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="The name may be all right: this machine's DNS resolver did not answer, or could not find out.",
    fix=Fix(
        summary="Check the resolver of this machine (in /etc/resolv.conf, or the VPN's) and whether port 53 is open; try again.",
        snippets={"shell": "resolvectl status; dig NAME @1.1.1.1"},
    ),
    references=("RFC 1035 section 4.1.1",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a resolver that does not answer in time",
    passing="localhost",
)
NAME_INVALID = Rule(
    code="name-invalid",
    title="This can be no host name",
    layer=Layer.RESOLUTION,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="No resolver can be asked for it: a label is empty, too long, or holds what IDNA forbids.",
    fix=Fix(summary="Correct the host name where it is configured."),
    references=("RFC 1035 section 2.3.4", "RFC 5891"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a name with a label of 64 letters",
    passing="localhost",
)
_RULES = {
    FailureKind.NAME_NOT_FOUND: NAME_NOT_FOUND,
    FailureKind.NO_ADDRESS: NO_ADDRESS,
    FailureKind.NAME_INVALID: NAME_INVALID,
}


class ResolutionCheck(Check):
    """Reads the resolver's answer."""

    name = "network/resolution"
    rules = (NAME_NOT_FOUND, NO_ADDRESS, RESOLVER_FAILED, NAME_INVALID)
    needs = (Resolution,)
    scope = Scope.TARGET

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits the failure."""
        resolution = seen[Resolution]
        failure = resolution.failure
        if failure is None or resolution.via is not None:
            return  # a proxy's name is told in proxy/configuration
        rule = _RULES.get(failure.kind, RESOLVER_FAILED)
        detail = f"The name {resolution.host} does not resolve: {failure.detail}."
        yield NetworkFinding.of(rule, detail, subject=resolution.host, failure=failure, elapsed=resolution.elapsed)
