"""Cipher suites: none in common, no forward secrecy, a Diffie-Hellman prime that is too small."""

from __future__ import annotations

from collections.abc import Iterator

from ...iana import CipherSuite
from ...plugin import (
    AcceptedVersions,
    Blame,
    Check,
    CipherFinding,
    ClientOutcome,
    Confidence,
    Counterfactuals,
    Finding,
    Fix,
    ForwardSecrecy,
    HandshakeOutcome,
    Layer,
    Rule,
    Seen,
    Severity,
)
from ..common import CONSEQUENCE, alert_of, client_failed
from ..counterfactual.agreement import is_usual, wrong_certificate_type
from ..proof import SYMPTOMS, change_of, halves, pair, proof

_SERVERS = {
    "nginx": "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384;",
    "apache": "SSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
    "haproxy": "ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
    "postfix": "smtpd_tls_ciphers = high\ntls_high_cipherlist = ECDHE+AESGCM:ECDHE+CHACHA20",
    "python": "context.set_ciphers('DEFAULT')",
}
NO_COMMON_CIPHER = Rule(
    code="no-common-cipher",
    title="Client and server have no cipher suite in common",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="A version is in common and a suite is not: the server says handshake_failure, which may mean many things, and this is the one.",
    fix=Fix(summary="Let the server accept ECDHE suites with AES-GCM, or the client offer what the server has.", snippets=_SERVERS),
    references=("RFC 5246 section 7.4.1.3", "RFC 9325 section 4.2"),
    explains=SYMPTOMS,
    blocking=True,
    failing="a server with one suite and a client with another",
    passing="two sides that share a suite",
)
NO_FORWARD_SECRECY = Rule(
    code="no-forward-secrecy",
    title="There is no forward secrecy",
    layer=Layer.PROTOCOL,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="With RSA key exchange, whoever gets the server's key one day reads all that was recorded before; more and more clients refuse such suites.",
    fix=Fix(summary="Accept ECDHE suites, before all others, and switch RSA key exchange off.", snippets=_SERVERS),
    references=("RFC 9325 section 4.1", "RFC 9325 section 6.3"),
    failing="a server with RSA key exchange only",
    passing="a server with ECDHE suites",
)
DH_TOO_SMALL = Rule(
    code="dh-prime-small",
    title="The Diffie-Hellman prime is too small",
    layer=Layer.PROTOCOL,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="Primes of 1024 bits and less can be broken (Logjam); clients refuse them with 'dh key too small'.",
    fix=Fix(
        summary="Use a group of RFC 7919 with at least 2048 bits, or ECDHE alone.",
        snippets={"nginx": "ssl_dhparam /etc/nginx/ffdhe2048.pem;", "apache": "SSLOpenSSLConfCmd DHParameters /etc/apache2/ffdhe2048.pem", "haproxy": "tune.ssl.default-dh-param 2048", "java": "-Djdk.tls.ephemeralDHKeySize=2048"},
    ),
    references=("RFC 7919", "RFC 9325 section 4.1", "CVE-2015-4000"),
    explains=CONSEQUENCE,
    failing="a server with DH parameters of 1024 bits",
    passing="a server with DH parameters of 2048 bits",
)

_ANONYMOUS = (
    " Those are suites without a certificate, which no client should offer: either the server's list of suites has no others, or it has no certificate "
    "that goes with the others (none is loaded, or its key is of a kind such as DSA)."
)


class CiphersCheck(Check):
    """Compares the client's suites with those that the server is known to accept."""

    name = "protocol/ciphers"
    rules = (NO_COMMON_CIPHER, NO_FORWARD_SECRECY, DH_TOO_SMALL)
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome, AcceptedVersions, ForwardSecrecy, Counterfactuals)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is missing in common, then what is weak."""
        yield from self._common(seen)
        secrecy, ours = seen.get(ForwardSecrecy), seen[HandshakeOutcome]
        only = secrecy.only_ephemeral if secrecy is not None else None
        if only is not None and only.accepted is False and ours.cipher_suite is not None:
            detail = f"{seen.endpoint} chose {ours.cipher_suite.name}, and refuses an offer of ephemeral suites alone."
            yield CipherFinding.of(NO_FORWARD_SECRECY, detail, accepted=(ours.cipher_suite,))
        bits = ours.dh_bits or _refused_prime(seen)
        if bits is not None and bits < 2048:
            yield self._small_prime(seen, bits)

    def _common(self, seen: Seen) -> Iterator[Finding]:
        client = seen.get(ClientOutcome)
        if client is None or client.offer is None or not client_failed(seen) or client.verify_code is not None:
            return
        offered = client.offer.cipher_suites
        found = proof(seen)
        if found is not None:
            if "suites" in change_of(found) and wrong_certificate_type(found, client) is None and change_of(found).startswith("more-"):
                lists = f" It accepts {', '.join(suite.name for suite in found.accepts_suites)}, which the client does not offer." if found.accepts_suites else ""
                blame = Blame.CLIENT if is_usual(found.accepts_suites) else Blame.SERVER
                yield CipherFinding.of(NO_COMMON_CIPHER, pair(seen, found) + lists, blame=blame, offered=offered, accepted=found.accepts_suites, **halves(found))
            return
        alert = alert_of(seen)
        if alert is None or alert.description not in (40, 71, 47):
            return
        accepted = _accepted(seen, client)
        if not accepted or set(accepted) & set(offered):
            return
        names = ", ".join(suite.name for suite in accepted)
        detail = f"{seen.endpoint} answered {alert.description.name}; it accepts {names}, which the client does not offer."
        if all(suite.row is not None and suite.row["auth"] == "anon" for suite in accepted):
            detail += _ANONYMOUS
        yield CipherFinding.of(NO_COMMON_CIPHER, detail, confidence=Confidence.LIKELY, offered=offered, accepted=accepted)

    def _small_prime(self, seen: Seen, bits: int) -> Finding:
        client = seen.get(ClientOutcome)
        refused = client is not None and not client.completed and "DH_KEY_TOO_SMALL" in (client.reason or "")
        detail = f"{seen.endpoint} uses a prime of {bits} bits for DHE." + (" The client refuses it." if refused else "")
        severity = Severity.HIGH if refused or bits <= 1024 else Severity.MEDIUM
        return CipherFinding.of(DH_TOO_SMALL, detail, bits=bits, blocks=refused, severity=severity)


def _refused_prime(seen: Seen) -> int | None:
    """The size of the prime that the client's own hello leads to, where the client ended the handshake for it."""
    found = seen.get(Counterfactuals)
    return found.unchanged[0].dh_bits if found is not None and found.unchanged else None


def _accepted(seen: Seen, client: ClientOutcome) -> tuple[CipherSuite, ...]:
    """The suites that the server was seen to choose, in versions that the client offers."""
    assert client.offer is not None
    found: list[CipherSuite] = []
    ours = seen[HandshakeOutcome]
    if ours.cipher_suite is not None and ours.version in client.offer.versions:
        found.append(ours.cipher_suite)
    versions = seen.get(AcceptedVersions)
    for item in versions.attempts if versions is not None else ():
        suite = item.attempt.cipher_suite
        if item.attempt.accepted and item.version in client.offer.versions and suite is not None:
            found.append(suite)
    return tuple(dict.fromkeys(found))
