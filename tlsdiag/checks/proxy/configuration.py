"""Which proxy is taken and who says so; and settings that cannot work: a variable that cannot be read, a proxy whose name leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, FailureKind, Finding, Fix, Layer, NetworkFinding, ProxyWay, Reachability, Resolution, Rule, Scope, Seen, Severity
from ..common import CONSEQUENCE
from .common import EXPLAINED, PAST, any_way, finding, fitted, named

_READERS = ("https://requests.readthedocs.io/en/latest/user/advanced/#proxies", "https://curl.se/docs/manpage.html#ENVIRONMENT")
URL_INVALID = Rule(
    code="proxy-url-invalid",
    title="The environment names a proxy that cannot be read",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Programs that read the variable fail before they open a connection, each in words of its own; programs that do not read it work.",
    fix=Fix(summary="Correct the variable: a URL such as http://proxy.example:3128, special characters of a password percent-encoded; or unset it.", snippets={"shell": "export HTTPS_PROXY=http://PROXY"}),
    references=("RFC 3986 section 3.2.1", *_READERS),
    explains=CONSEQUENCE,
    blocking=True,
    failing="HTTPS_PROXY=ftp://proxy.example",
    passing="HTTPS_PROXY=http://proxy.example:3128",
)
NAME_NOT_FOUND = Rule(
    code="proxy-name-not-found",
    title="The proxy's name does not resolve",
    layer=Layer.RESOLUTION,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Not the target's name but the proxy's: nothing was asked of anybody. It is what a laptop says outside the company's network.",
    fix=Fix(summary="Correct the proxy's name, connect to the network (VPN) that has it, or do without the proxy.", snippets={"shell": "unset HTTPS_PROXY https_proxy ALL_PROXY all_proxy", "curl": "curl --noproxy '*' https://TARGET/"}),
    references=("RFC 1035", *_READERS),
    explains=EXPLAINED,
    blocking=True,
    failing="a proxy in .invalid",
    passing="a target in .invalid",
)
USED = Rule(
    code="proxy-used",
    title="The connection goes through a proxy",
    layer=Layer.PROXY,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="requests, httpx, pip, curl, git and others take the proxy of the environment without being told; Python's own ssl and socket, and Java, take none. What is seen is what comes through it.",
    fix=Fix(summary="Nothing to change. To compare, diagnose without it (proxy=False, or --no-proxy).", snippets=PAST),
    references=_READERS,
    failing="HTTPS_PROXY is set",
    passing="no variable is set",
)
EXEMPTED = Rule(
    code="proxy-exempted",
    title="The environment keeps this host from the proxy",
    layer=Layer.PROXY,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="NO_PROXY holds an entry that fits this host, so that programs connect directly.",
    fix=Fix(summary="Nothing to change, if the host can be reached directly; else take the entry out.", snippets={"shell": "echo $NO_PROXY $no_proxy"}),
    references=_READERS,
    failing="HTTPS_PROXY and a NO_PROXY that has the host",
    passing="NO_PROXY without the host",
)
TOOLS_DIFFER = Rule(
    code="proxy-tools-differ",
    title="Programs read the proxy variables differently for this host",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.CLIENT,
    why="'It works with curl' then says nothing about Python, and the other way round: they take different ways.",
    fix=Fix(summary="Write variables that all programs read alike: lower and upper case the same, a port in the URL, whole domains with a leading dot in NO_PROXY.", snippets={"shell": "export HTTPS_PROXY=http://PROXY https_proxy=http://PROXY"}),
    references=_READERS,
    failing="NO_PROXY=ple.com for the host example.com, which requests before 2.34 exempts",
    passing="NO_PROXY=.example.com",
)


class ProxyConfigurationCheck(Check):
    """Says which way is taken, and what keeps it from being one."""

    name = "proxy/configuration"
    rules = (URL_INVALID, NAME_NOT_FOUND, USED, EXEMPTED, TOOLS_DIFFER)
    needs = (Resolution,)
    wants = (ProxyWay, Reachability)
    scope = Scope.TARGET

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what the settings say."""
        resolution, way = seen[Resolution], any_way(seen)
        if resolution.via is not None and resolution.failure is not None:
            yield _nowhere(seen, resolution)
        if way is None:
            return
        if way.unreadable:
            yield finding(URL_INVALID, seen, way, f"{way.origin}: {way.unreadable}.", subject=way.origin)
        if way.url is not None:
            yield finding(USED, seen, way, _used(way), subject=way.url)
        if way.exempted_by:
            detail = f"{way.origin} names a proxy, and the entry {way.exempted_by!r} in {way.exempting} exempts {seen.target.host}: the connection is direct."
            yield finding(EXEMPTED, seen, way, detail, subject=way.exempting)
        if way.difference:
            yield finding(TOOLS_DIFFER, seen, way, f"{way.difference}. This diagnosis goes the way of requests.", subject=way.origin)


def _nowhere(seen: Seen, resolution: Resolution) -> Finding:
    failure = resolution.failure
    assert failure is not None
    doubt = "" if failure.kind is FailureKind.NAME_NOT_FOUND else " The resolver may be at fault, and not the name."
    proxy = named(ProxyWay(url=resolution.via, origin=resolution.via_origin)).removeprefix("The proxy ")
    detail = f"The name of the proxy {proxy} does not resolve: {failure.detail}.{doubt}"
    return NetworkFinding.of(NAME_NOT_FOUND, detail, fix=fitted(NAME_NOT_FOUND.fix, seen, resolution.via), subject=resolution.host, failure=failure, elapsed=resolution.elapsed)


def _used(way: ProxyWay) -> str:
    who = "as was asked for" if way.origin == "argument" else f"which {way.origin} names"
    asked = f" It was asked for {way.destination}." if way.destination else ""
    return f"Through {way.url}, {who}.{asked}"


