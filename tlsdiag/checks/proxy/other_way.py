"""The other way: what fails through the proxy and works past it, the certificate that only the proxy shows, and the target that only the proxy reaches.

Counterfactuals, and so proven: the same client with the same target, and one thing changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate, read_certificate
from ...plugin import (
    Blame,
    ChainFinding,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    OtherWay,
    ProxyFinding,
    ProxyWay,
    Resolution,
    Rule,
    Scope,
    Seen,
    Severity,
)
from ..common import CONSEQUENCE
from ..local.interception import OF_ITS_CHAIN
from .common import INSIDE, PAST, TAKE, any_way, finding, fitted

_TRUST = (
    "certificate-self-signed", "certificate-expired", "certificate-not-yet-valid", "intermediate-missing", "issuer-untrusted", "name-mismatch", "private-authority",
    "certificate-breaks-profile", "weak-key", "weak-signature", "interception", "interception-present", "captive-portal-certificate", "default-certificate", "issuer-not-for-everybody",
)  # fmt: skip
_REACH = ("connection-refused", "connection-timed-out", "host-unreachable", "name-not-found", "resolver-failed")
# What going about it otherwise proves of the hello; where the same hello works past the proxy, it is the proxy that minds.
_HELLO = (
    "extension-intolerant", "failure-not-repeated", "grease-intolerant", "group-intolerant", "handshake-signature-refused", "hello-framing-intolerant",
    "hello-retry-broken", "hello-too-large", "mtu-black-hole", "no-common-certificate-type", "no-common-group", "no-common-signature-scheme",
    "post-quantum-intolerant", "server-name-blocked", "server-name-needed", "tls13-intolerant", "version-intolerant",
)  # fmt: skip
_UNTRUSTED = (18, 19, 20, 21)
"""OpenSSL's verification codes for an issuer that is not known (x509_vfy.h)."""

REPLACES = Rule(
    code="proxy-replaces-certificate",
    title="The proxy replaces the server's certificate",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="The proxy ends TLS itself, reads what goes through, and shows a certificate of its own authority. Where that is the company's policy, the client lacks its root; where it is not, somebody listens.",
    fix=Fix(
        summary="Where the proxy is known to inspect TLS, let the client trust its root certificate (ask those who run it), or have this host exempted from inspection or from the proxy; where it is not, do not go on.",
        snippets={
            "python": "ssl.create_default_context(cafile='proxy-root.pem')   # or SSL_CERT_FILE",
            "requests": "REQUESTS_CA_BUNDLE=bundle-with-proxy-root.pem",
            "curl": "curl --cacert bundle-with-proxy-root.pem https://TARGET/",
            "pip": "pip --cert bundle-with-proxy-root.pem install ...",
            "git": "git config --global http.sslCAInfo bundle-with-proxy-root.pem",
            "java": "keytool -importcert -cacerts -alias proxy-root -file proxy-root.pem",
            "node": "NODE_EXTRA_CA_CERTS=proxy-root.pem",
        },
    ),
    references=("RFC 9110 section 9.3.6", "RFC 8446 section 4.4.2.4"),
    explains=(*CONSEQUENCE, *_TRUST, *OF_ITS_CHAIN, "trust-stores-disagree"),
    blocking=True,
    failing="squid with ssl_bump, and a client that does not know its authority",
    passing="squid that passes TLS through",
)
WORKS_PAST = Rule(
    code="works-past-the-proxy",
    title="Without the proxy it works",
    layer=Layer.PROXY,
    severity=Severity.HIGH,
    blame=Blame.NETWORK,
    why="The same client reaches the same target directly, so that what fails is the proxy's doing: its rules for this name, its inspection, or another address that it resolves.",
    fix=Fix(summary="Exempt the host from the proxy where that is allowed (NO_PROXY), or show those who run the proxy this report.", snippets=PAST),
    references=("RFC 9110 section 9.3.6",),
    explains=(*CONSEQUENCE, *INSIDE, *_TRUST, *_HELLO, "server-name-unknown", "no-common-version", "no-common-cipher", "alpn-refused"),
    failing="a tunnel that is reset after the ClientHello, and a direct connection that works",
    passing="a target that fails both ways",
)
NEEDED = Rule(
    code="proxy-needed",
    title="The target is reached through the proxy only",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="There is no direct way from here, and the proxy that the environment names has one; the host is exempted from it, or the program takes no proxy.",
    fix=Fix(summary="Let the program take the proxy: name it, and take the entry that exempts this host out of NO_PROXY.", snippets=TAKE),
    references=("RFC 9110 section 9.3.6",),
    explains=(*CONSEQUENCE, *_REACH),
    blocking=True,
    failing="a host in NO_PROXY that the firewall blocks and the proxy reaches",
    passing="a host that neither way reaches",
)


class OtherWayCheck(Check):
    """Compares this way with the other."""

    name = "proxy/other-way"
    rules = (REPLACES, WORKS_PAST, NEEDED)
    needs = (OtherWay,)
    wants = (ClientOutcome, HandshakeOutcome, ProxyWay, Resolution)
    scope = Scope.TARGET

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what the comparison proves."""
        other = seen[OtherWay]
        if not other.completed or any(client.completed for client in seen.all(ClientOutcome).values()):
            return
        if other.way == "proxy":
            detail = f"{seen.target} cannot be reached directly; through {other.url}, which {other.origin} names, the handshake succeeds."
            yield ProxyFinding.of(NEEDED, detail, fix=fitted(NEEDED.fix, seen, other.url), url=other.url, proxy_origin=other.origin)
        elif (replaced := _replaced(seen, other)) is not None:
            yield replaced
        else:
            yield _works_past(seen, other)


def _replaced(seen: Seen, other: OtherWay) -> Finding | None:
    """The client does not know the issuer of what comes through the proxy, and something else comes past it."""
    untrusted = any(client.verify_code in _UNTRUSTED for client in seen.all(ClientOutcome).values())
    shown = next((ours.certificates for ours in seen.all(HandshakeOutcome).values() if ours.certificates), ())
    if not untrusted or not other.certificates or not shown or shown[0] == other.certificates[0]:
        return None
    here, there = read_certificate(shown[0]), read_certificate(other.certificates[0])
    way = any_way(seen) or ProxyWay()
    detail = f"Through {way.url} comes a certificate issued by {_issuer(here)}; past the proxy, at {other.address}, one issued by {_issuer(there)}, which the client trusts."
    return ChainFinding.of(REPLACES, detail, fix=fitted(REPLACES.fix, seen, way.url), confidence=Confidence.PROVEN, issuer=_issuer(here))


def _issuer(certificate: Certificate) -> str:
    return certificate.issuer.text or "nobody"


def _works_past(seen: Seen, other: OtherWay) -> Finding:
    way = any_way(seen) or ProxyWay()
    resolution = seen.get(Resolution)
    url = way.url or (resolution.via if resolution is not None else None)
    detail = f"Past the proxy {url} the handshake with {other.address} succeeds."
    inside = way.opened
    severity = Severity.HIGH if inside else Severity.INFO  # where the proxy itself fails, that is the finding, and this only a way out
    return finding(WORKS_PAST, seen, way, detail, confidence=Confidence.PROVEN, blocks=inside, severity=severity)


