"""The scheme in the proxy's URL: http for a port that begins with TLS or speaks SOCKS, https for one without TLS, SOCKS for one that speaks HTTP.

Also where no proxy is in use and the port that was diagnosed turns out to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...plugin import Blame, Check, Confidence, Finding, Fix, Layer, ProxyWay, Rule, Seen, Severity, SpokenFinding, SpokenProtocol
from ..common import CONSEQUENCE
from .common import TAKE, finding, fitted, named

# What forward proxies call themselves, or answer with, when they are spoken to as a web server.
_PROXY = re.compile(rb"^(server:[^\r\n]*(squid|tinyproxy|privoxy|mitmproxy|bluecoat|proxysg|3proxy)|x-squid-error:|proxy-(agent|authenticate|connection):)", re.IGNORECASE | re.MULTILINE)
PROXY_SCHEME = Rule(
    code="proxy-scheme-wrong",
    title="The port is an HTTP proxy without TLS, and TLS is spoken to it",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The scheme in a proxy's URL says how the proxy itself is reached, not what goes through it: https:// makes the client begin with TLS at a port that waits for CONNECT.",
    fix=Fix(
        summary="Write http:// in the proxy's URL, also for https requests: the tunnel inside carries TLS all the same.",
        snippets={"shell": "export https_proxy=http://PROXY:3128", "python": "proxies = {'https': 'http://PROXY:3128'}", "curl": "curl -x http://PROXY:3128 https://..."},
    ),
    references=("RFC 9110 section 9.3.6",),
    explains=(*CONSEQUENCE, "reset-after-hello", "closed-without-answer", "peer-silent", "works-past-the-proxy", "proxy-tls-failed"),
    blocking=True,
    failing="a proxy that answers the ClientHello in HTTP",
    passing="a web server that answers the ClientHello in HTTP",
)
_OTHERWISE = {
    "https": ("The port is a proxy that is reached over TLS, and it is spoken to without", "a program that cannot reach a proxy over TLS (Java) needs another port of it"),
    "socks5h": ("The port is a SOCKS proxy, and HTTP is spoken to it", "a program without SOCKS needs another proxy"),
    "http": ("The port is an HTTP proxy, and SOCKS is spoken to it", "also for https requests"),
}


class ProxySchemeCheck(Check):
    """Compares what was spoken with what the port understands."""

    name = "proxy/scheme"
    rules = (PROXY_SCHEME,)
    wants = (ProxyWay, SpokenProtocol)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits."""
        way, spoken = seen.get(ProxyWay), seen.get(SpokenProtocol)
        if way is not None and way.other_scheme is not None:
            yield _turned(seen, way, way.other_scheme)
        elif spoken is not None and speaks_as_proxy(spoken):
            yield _spoken(seen, spoken)


def speaks_as_proxy(spoken: SpokenProtocol) -> bool:
    """Whether a port that was diagnosed as a TLS server shows itself to be a proxy."""
    return spoken.protocol == "http" and _PROXY.search(spoken.evidence) is not None


def _turned(seen: Seen, way: ProxyWay, right: str) -> Finding:
    """The port is a proxy in another scheme than the one that was tried: both were."""
    detail = f"{named(way)} is asked as {way.scheme}, and answers with {_answer(way)}. Asked as {right}, the same port answers as a proxy."
    title, fix = PROXY_SCHEME.title, PROXY_SCHEME.fix
    if way.scheme != "https":
        title, but = _OTHERWISE[right]
        fix = Fix(summary=f"Write {right}:// in the proxy's URL; {but}.", snippets=TAKE)
    fix = Fix(summary=fix.summary, snippets={key: text.replace("PROXY:3128", "PROXY") for key, text in fix.snippets.items()})
    return finding(PROXY_SCHEME, seen, way, detail, title=title, fix=fitted(fix, seen, way.url, scheme=right), confidence=Confidence.PROVEN)


def _answer(way: ProxyWay) -> str:
    if way.status is not None:
        return f"{way.status} {way.reason}".strip()
    if way.evidence:
        return f"{way.evidence[:24]!r}"
    return f"nothing ({way.failure.detail.removeprefix('the proxy: ')})" if way.failure is not None else "nothing"


def _spoken(seen: Seen, spoken: SpokenProtocol) -> Finding:
    first = spoken.evidence.split(b"\n", 1)[0].strip()[:80].decode("utf-8", "backslashreplace")
    server = f" The server is {spoken.software}." if spoken.software else ""
    return SpokenFinding.of(
        PROXY_SCHEME,
        f"{seen.endpoint} speaks HTTP, not TLS. It says {first!r} ({spoken.how}).{server}",
        confidence=Confidence.PROVEN,
        protocol=spoken.protocol,
        software=spoken.software,
        evidence_bytes=spoken.evidence,
    )
