"""The scheme in the proxy's URL: http for a port that begins with TLS, https for one that does not.

Also where no proxy is in use and the port that was diagnosed turns out to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...plugin import Blame, Check, Confidence, Finding, Fix, Layer, ProxyWay, Rule, Seen, Severity, SpokenFinding, SpokenProtocol
from ..common import CONSEQUENCE
from .common import finding, named

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
_TURNED_TITLE = "The port is a proxy that is reached over TLS, and it is spoken to without"
_TURNED = Fix(
    summary="Write https:// in the proxy's URL; a program that cannot reach a proxy over TLS (Java) needs another port of it.",
    snippets={key: text.replace("http://", "https://") for key, text in PROXY_SCHEME.fix.snippets.items()},
)


class ProxySchemeCheck(Check):
    """Compares what was spoken with what the port understands."""

    name = "proxy/scheme"
    rules = (PROXY_SCHEME,)
    wants = (ProxyWay, SpokenProtocol)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits."""
        way, spoken = seen.get(ProxyWay), seen.get(SpokenProtocol)
        if way is not None and way.other_scheme == "http":
            detail = f"{named(way)} is spoken to in TLS, and {way.failure.detail if way.failure else 'fails'}. Asked without TLS, the same port answers as a proxy."
            yield finding(PROXY_SCHEME, seen, way, detail, confidence=Confidence.PROVEN, fix=_with_port(PROXY_SCHEME.fix))
        elif way is not None and way.other_scheme == "https":
            detail = f"{named(way)} answers CONNECT with {_answer(way)}. Asked inside TLS, the same port answers as a proxy."
            yield finding(PROXY_SCHEME, seen, way, detail, title=_TURNED_TITLE, fix=_with_port(_TURNED), confidence=Confidence.PROVEN)
        elif spoken is not None and speaks_as_proxy(spoken):
            yield _spoken(seen, spoken)


def speaks_as_proxy(spoken: SpokenProtocol) -> bool:
    """Whether a port that was diagnosed as a TLS server shows itself to be a proxy."""
    return spoken.protocol == "http" and _PROXY.search(spoken.evidence) is not None


def _with_port(fix: Fix) -> Fix:
    return Fix(summary=fix.summary, snippets={key: text.replace("PROXY:3128", "PROXY") for key, text in fix.snippets.items()})


def _answer(way: ProxyWay) -> str:
    if way.status is not None:
        return f"{way.status} {way.reason}".strip()
    return f"{way.evidence[:16]!r}" if way.evidence else "nothing"


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
