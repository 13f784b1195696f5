"""Protocol versions: none in common, old ones still accepted, the newest missing."""

from __future__ import annotations

from collections.abc import Iterator

from ...iana import ProtocolVersion, version_label
from ...plugin import (
    AcceptedVersions,
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Counterfactuals,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Rule,
    Seen,
    Severity,
    VersionFinding,
)
from ..common import alert_of, client_failed
from ..proof import SYMPTOMS, change_of, halves, proof

_SERVERS = {
    "nginx": "ssl_protocols TLSv1.2 TLSv1.3;",
    "apache": "SSLProtocol -all +TLSv1.2 +TLSv1.3",
    "haproxy": "ssl-default-bind-options ssl-min-ver TLSv1.2",
    "postfix": "smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_mandatory_protocols = >=TLSv1.2",
    "java": "jdk.tls.disabledAlgorithms=SSLv3, TLSv1, TLSv1.1   # java.security",
    "python": "context.minimum_version = ssl.TLSVersion.TLSv1_2",
}
_CLIENT_FIX = Fix(
    summary="Let the client speak a newer version: take away its limit, or update its TLS library; only where it has to stay as it is, let the server accept TLS 1.2 too.",
    snippets={
        "python": "context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED",
        "java": "-Djdk.tls.client.protocols=TLSv1.3,TLSv1.2",
        "openssl": "MaxProtocol   # in openssl.cnf: take it out",
        "nginx": _SERVERS["nginx"],
    },
)
NO_COMMON_VERSION = Rule(
    code="no-common-version",
    title="Client and server have no protocol version in common",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Each side has its oldest and newest version; where the ranges do not meet there is nothing to agree on.",
    fix=Fix(summary="Let both sides speak TLS 1.2 and 1.3.", snippets=_SERVERS),
    references=("RFC 8446 section 4.2.1", "RFC 9325 section 3.1"),
    explains=(*SYMPTOMS, "no-common-cipher"),
    blocking=True,
    failing="a server with TLS 1.2 at the most and a client with TLS 1.3 at the least",
    passing="two sides that share TLS 1.2",
)


def _old(code: str, label: str, severity: Severity, why: str, references: tuple[str, ...]) -> Rule:
    return Rule(
        code=code,
        title=f"{label} is still accepted",
        layer=Layer.PROTOCOL,
        severity=severity,
        blame=Blame.SERVER,
        why=why,
        fix=Fix(summary=f"Switch {label} off; TLS 1.2 and 1.3 are what is left.", snippets=_SERVERS),
        references=references,
        failing=f"a server that takes {label}",
        passing="a server with TLS 1.2 and 1.3 only",
    )


_OLD: dict[int, Rule] = {
    0x0002: _old("ssl2-accepted", "SSL 2.0", Severity.HIGH, "SSL 2.0 is broken, and with DROWN it breaks TLS with the same key too.", ("RFC 6176", "CVE-2016-0800")),
    0x0300: _old("ssl3-accepted", "SSL 3.0", Severity.HIGH, "SSL 3.0 gives up its plaintext to POODLE, and cannot be repaired.", ("RFC 7568", "CVE-2014-3566")),
    0x0301: _old("tls10-accepted", "TLS 1.0", Severity.MEDIUM, "TLS 1.0 stands on MD5 and SHA-1, has no AEAD suites, and is forbidden by payment and government rules.", ("RFC 8996",)),
    0x0302: _old("tls11-accepted", "TLS 1.1", Severity.MEDIUM, "TLS 1.1 stands on MD5 and SHA-1 and has no AEAD suites.", ("RFC 8996",)),
}
TLS13_MISSING = Rule(
    code="tls13-missing",
    title="TLS 1.3 is not offered by the server",
    layer=Layer.PROTOCOL,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="TLS 1.3 saves a round trip and hides the certificate from onlookers; TLS 1.2 is sound when it is configured well.",
    fix=Fix(summary="Switch TLS 1.3 on where the library has it (OpenSSL 1.1.1, Java 11).", snippets={key: _SERVERS[key] for key in ("nginx", "apache", "haproxy")}),
    references=("RFC 8446", "RFC 9325 section 3.1.1"),
    failing="a server with TLS 1.2 only",
    passing="a server with TLS 1.3",
)


class VersionsCheck(Check):
    """Compares what the client offers with what the server accepts."""

    name = "protocol/versions"
    rules = (NO_COMMON_VERSION, *_OLD.values(), TLS13_MISSING)
    needs = (AcceptedVersions,)
    wants = (ClientOutcome, HandshakeOutcome, Counterfactuals)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is missing in common, then what is too old, then what is not there."""
        versions = seen[AcceptedVersions]
        accepted = versions.accepted
        yield from self._common(seen, accepted)
        for version in accepted:
            if (rule := _OLD.get(version)) is not None:
                detail = f"{seen.endpoint} answers an offer of {version_label(version)} alone with a ServerHello."
                yield VersionFinding.of(rule, detail, accepted=accepted)
        if accepted and _declined(versions, ProtocolVersion.TLS1_3):
            yield VersionFinding.of(TLS13_MISSING, f"{seen.endpoint} accepts {_list(accepted)}.", accepted=accepted)

    def _common(self, seen: Seen, accepted: tuple[ProtocolVersion, ...]) -> Iterator[Finding]:
        client = seen.get(ClientOutcome)
        if client is None or client.offer is None or not client_failed(seen) or not accepted:
            return
        offered = _offered(client)
        if set(offered) & set(accepted):
            return
        alert = alert_of(seen)
        said = f" The server answered {alert.description.name}." if alert is not None else ""
        too_old = max(accepted) < min(offered)
        yield VersionFinding.of(
            NO_COMMON_VERSION,
            f"The client offers {_list(offered)}; {seen.endpoint} accepts {_list(accepted)}.{said}",
            blame=Blame.SERVER if too_old else Blame.CLIENT,
            fix=NO_COMMON_VERSION.fix if too_old else _CLIENT_FIX,
            confidence=Confidence.PROVEN,
            offered=offered,
            accepted=accepted,
            **(halves(found) if (found := proof(seen)) is not None and change_of(found) == "more-versions" else {}),
        )


def _declined(versions: AcceptedVersions, version: ProtocolVersion) -> bool:
    """Whether the server itself said no; a connection that was lost over the offer may be anybody's doing."""
    return any(item.version == version and item.attempt.accepted is False and item.attempt.failure is None for item in versions.attempts)


def _offered(client: ClientOutcome) -> tuple[ProtocolVersion, ...]:
    """The versions of the hello, from the context's own minimum on: an old hello has no list of versions."""
    assert client.offer is not None
    lowest = {"SSLv3": 0x300, "TLSv1.0": 0x301, "TLSv1.1": 0x302, "TLSv1.2": 0x303, "TLSv1.3": 0x304}.get(client.settings.minimum_version.replace("_", "."), 0)
    return tuple(version for version in client.offer.versions if version >= lowest) or client.offer.versions


def _list(versions: tuple[ProtocolVersion, ...]) -> str:
    return ", ".join(version_label(version) for version in sorted(versions)) or "nothing"
