"""Somebody else answers in plain HTTP: a captive portal that wants a login first, or a filter's block page.

What is heard on the TLS port itself, or on port 80 of the same address, is read for marks. A redirect to another host alone proves nothing (sites move); it takes a
second mark, such as a certificate for that other host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import attrs

from ...certificates import match_host, read_certificate
from ...plugin import (
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    OtherPorts,
    Rule,
    Seen,
    ServedChain,
    Severity,
    SpokenFinding,
    SpokenProtocol,
)
from ..balance.backends import LOST
from ..common import CONSEQUENCE, client_failed
from .sinkhole import CERTIFICATE, OTHERWISE

CAPTIVE_PORTAL = Rule(
    code="captive-portal",
    title="A captive portal answers in the server's place",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="This network lets nothing through before a login or a click, and answers for every host. The server itself was not reached.",
    fix=Fix(summary="Open any http:// page in a browser and log in to the network (hotel, train, guest network), then try again; on a server, ask for a network without a portal."),
    references=("RFC 8908", "RFC 8952", "RFC 6585 section 6"),
    explains=(*CONSEQUENCE, *LOST, *CERTIFICATE, *OTHERWISE, "captive-portal-certificate"),
    failing="a redirect to a login page of another host, whose certificate is served for every name",
    passing="a redirect from http to https of the same host",
)
BLOCK_PAGE = Rule(
    code="block-page",
    title="A filter's block page answers in the server's place",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="A web filter, or the law, keeps this network from the server, and a page says so in HTTP. A TLS client does not see the page, only a broken handshake.",
    fix=Fix(summary="Ask who runs the filter to allow this host; the page (open http://NAME in a browser) names them."),
    references=("RFC 7725",),
    explains=(*CONSEQUENCE, *LOST, *CERTIFICATE, *OTHERWISE),
    failing="a page that says that the site is blocked",
    passing="a page of the server's own",
)
_STATUS = re.compile(rb"^HTTP/\d(?:\.\d)? (\d{3})")
_LOCATION = re.compile(rb"^location:[ \t]*([^\r\n]{1,500})", re.IGNORECASE | re.MULTILINE)
_WISPR = re.compile(rb"<WISPAccessGatewayParam", re.IGNORECASE)
_LOGIN = re.compile(r"captive|hotspot|guest|portal|wlan|wifi|wi-fi|login|signin|logon|welcome|splash", re.IGNORECASE)
_MAKERS = (
    ("Cisco Umbrella", re.compile(rb"https?://[\w.-]*(?:block|malware|phish|hit)[\w.-]*\.opendns\.com", re.IGNORECASE)),
    ("Fortinet", re.compile(rb"fortiguard|fgt_lang|fgtauth", re.IGNORECASE)),
    ("Zscaler", re.compile(rb"^server:[ \t]*zscaler|\bzscaler\.(?:com|net)", re.IGNORECASE | re.MULTILINE)),
    ("Blue Coat", re.compile(rb"^server:[ \t]*bluecoat|proxysg", re.IGNORECASE | re.MULTILINE)),
    ("Sophos", re.compile(rb"sophos[^<]{0,60}block|block[^<]{0,60}sophos", re.IGNORECASE)),
)
_SAYS_BLOCKED = re.compile(rb"(?:web ?(?:page|site)|site|page|domain|access|content)[^<.]{0,40}\b(?:is|has been|was)?\s*blocked\b|blocked by (?:the |your )?(?:administrator|network|filter|polic)", re.IGNORECASE)


@attrs.frozen
class _Answer:
    """An HTTP answer, and the port that gave it."""

    port: int
    data: bytes

    @property
    def status(self) -> int:
        found = _STATUS.match(self.data)
        return int(found.group(1)) if found else 0

    @property
    def elsewhere(self) -> str:
        """The host that it redirects to."""
        found = _LOCATION.search(self.data)
        if found is None or self.status not in (301, 302, 303, 307, 308):
            return ""
        try:
            return urlsplit(found.group(1).decode("utf-8", "replace").strip()).hostname or ""
        except ValueError:
            return ""

    @property
    def location(self) -> str:
        found = _LOCATION.search(self.data)
        return found.group(1).decode("utf-8", "replace").strip() if found else ""


class PortalCheck(Check):
    """Reads what was answered in plain HTTP."""

    name = "network/portal"
    rules = (CAPTIVE_PORTAL, BLOCK_PAGE)
    needs = (HandshakeOutcome,)
    wants = (SpokenProtocol, OtherPorts, ServedChain, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the portal or the page, the surer first; nothing while the client gets through."""
        if not client_failed(seen):
            return
        found = [item for answer in _answers(seen) if (item := _judge(seen, answer)) is not None]
        if not found:
            return
        rule, words, confidence, answer = max(found, key=lambda item: (item[2], item[0].code, item[3].port))
        sure = confidence > Confidence.POSSIBLE
        yield SpokenFinding.of(
            rule,
            f"Port {answer.port} of {seen.endpoint.address if seen.endpoint else seen.target.host} answers in HTTP: {words}.",
            confidence=confidence,
            blocks=sure,
            severity=rule.severity if sure else Severity.LOW,
            protocol="http",
            evidence_bytes=answer.data[:512],
        )


def _answers(seen: Seen) -> list[_Answer]:
    spoken, others = seen.get(SpokenProtocol), seen.get(OtherPorts)
    found = []
    if spoken is not None and spoken.protocol == "http":
        found.append(_Answer(seen.endpoint.port if seen.endpoint else seen.target.port, spoken.evidence))
    found += [_Answer(item.port, item.answer) for item in others.ports if item.answer] if others is not None else []
    return [answer for answer in found if answer.status]


def _judge(seen: Seen, answer: _Answer) -> tuple[Rule, str, Confidence, _Answer] | None:
    block = _block(answer)
    if block is not None:
        return BLOCK_PAGE, *block, answer
    portal = _portal(seen, answer)
    return None if portal is None else (CAPTIVE_PORTAL, *portal, answer)


def _block(answer: _Answer) -> tuple[str, Confidence] | None:
    if answer.status == 451:
        return "451 Unavailable For Legal Reasons", Confidence.LIKELY
    maker = next((maker for maker, pattern in _MAKERS if pattern.search(answer.data)), None)
    if maker is not None:
        return f"a page with the marks of {maker}", Confidence.LIKELY
    said = _SAYS_BLOCKED.search(answer.data)
    if said is not None:
        return f"it says {said.group(0).decode('utf-8', 'backslashreplace')!r}", Confidence.POSSIBLE
    return None


def _portal(seen: Seen, answer: _Answer) -> tuple[str, Confidence] | None:
    if answer.status == 511:
        return "511 Network Authentication Required", Confidence.LIKELY
    if _WISPR.search(answer.data):
        return "a page with the WISPr mark of hotspots", Confidence.LIKELY
    host = answer.elsewhere
    if not host or _same_site(host, seen.target.reference_name):
        return None
    words = f"{answer.status}, a redirect to {host}"
    if _certificate_is_for(seen, host):
        return f"{words}, and the certificate that is served is for {host} too", Confidence.LIKELY
    on_the_tls_port = answer.port == (seen.endpoint.port if seen.endpoint else seen.target.port)
    looks_like_login = bool(_LOGIN.search(answer.location))
    if on_the_tls_port and looks_like_login:
        return f"{words} that looks like a login", Confidence.LIKELY
    return (f"{words} that looks like a login", Confidence.POSSIBLE) if looks_like_login else None


def _same_site(one: str, other: str) -> bool:
    """Whether two names share their last two labels."""
    return one.lower().rstrip(".").split(".")[-2:] == other.lower().rstrip(".").split(".")[-2:]


def _certificate_is_for(seen: Seen, host: str) -> bool:
    served = seen.get(ServedChain)
    if served is None or not served.certificates:
        return False
    leaf = read_certificate(served.certificates[0])
    return match_host(leaf, host).matched and not match_host(leaf, seen.target.reference_name).matched
