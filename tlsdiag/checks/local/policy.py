"""The machine's policy: what OpenSSL's configuration or a high security level keeps the client from, where that is why it fails."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import read_certificate, weak_key
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
    LocalFinding,
    LocalLibrary,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from ..common import CONSEQUENCE
from ..proof import change_of, proof

POLICY_FORBIDS = Rule(
    code="client-policy-forbids",
    title="The policy of this machine forbids what the server needs",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="OpenSSL's configuration (openssl.cnf, a crypto policy) and its security level hold for every program. The program's own settings look right, and the handshake fails all the same.",
    fix=Fix(
        summary="Improve the server, or widen the setting for this program alone.",
        snippets={
            "shell": "OPENSSL_CONF=/path/to/own.cnf program   # for one program",
            "python": "context.maximum_version = ssl.TLSVersion.TLSv1_3; context.set_ciphers('DEFAULT:@SECLEVEL=2')",
            "openssl": "[system_default_sect]\nMinProtocol = TLSv1.2\nCipherString = DEFAULT:@SECLEVEL=2",
        },
    ),
    references=("https://docs.openssl.org/3.0/man5/config/", "https://docs.openssl.org/3.0/man3/SSL_CTX_set_security_level/"),
    explains=(
        *CONSEQUENCE, "no-common-version", "no-common-cipher", "fatal-alert", "lost-midway", "closed-without-answer", "reset-after-hello",
        "server-misbehaves", "client-misconfigured", "no-common-group", "no-common-signature-scheme", "no-common-certificate-type",
        "handshake-signature-refused", "dh-prime-small",
    ),
    blocking=True,
    failing="MaxProtocol = TLSv1.2 in openssl.cnf, and a server with TLS 1.3 only",
    passing="the same configuration, and a server with TLS 1.2",
)  # fmt: skip
_LEAST = {3: (3072, 256), 4: (7680, 384), 5: (15360, 512)}
"""Bits of RSA and of a curve that the levels above the usual ones ask for (SSL_CTX_set_security_level(3))."""
_VERSIONS = {"tlsv1": 0x301, "tlsv1.1": 0x302, "tlsv1.2": 0x303, "tlsv1.3": 0x304, "tlsv1.0": 0x301}
_LEVEL_CODES = (66, 67, 68)


class PolicyCheck(Check):
    """Holds the policy against what the server accepts."""

    name = "local/policy"
    rules = (POLICY_FORBIDS,)
    needs = (LocalLibrary, ClientOutcome)
    wants = (HandshakeOutcome, AcceptedVersions, ServedChain, Counterfactuals)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the first setting that explains the failure."""
        library, client = seen[LocalLibrary], seen[ClientOutcome]
        if client.completed:
            return
        found = next((found for ask in (_versions, _lists, _level) if (found := ask(seen, library, client)) is not None), None)
        if found is not None:
            setting, detail, confidence = found
            source = f" (set in {library.configuration})" if "=" in setting else ""
            yield LocalFinding.of(
                POLICY_FORBIDS,
                f"{setting}{source}: {detail}",
                subject=setting,
                confidence=confidence,
                library=library.library,
                configuration=library.configuration,
                settings=(setting,),
            )


_Found = tuple[str, str, Confidence] | None


def _versions(seen: Seen, library: LocalLibrary, client: ClientOutcome) -> _Found:
    """MinProtocol or MaxProtocol leave no common version, and the client's context has just that bound."""
    accepted = seen.get(AcceptedVersions)
    if accepted is None or not accepted.accepted or client.offer is None or set(client.offer.versions) & set(accepted.accepted):
        return None
    for name, bound, outside in (
        ("MaxProtocol", client.settings.maximum_version, min(accepted.accepted) > max(client.offer.versions)),
        ("MinProtocol", client.settings.minimum_version, max(accepted.accepted) < min(client.offer.versions)),
    ):
        value = library.setting(name)
        if value is not None and outside and _number(value) == _number(bound):
            listed = ", ".join(version_label(version) for version in accepted.accepted)
            return f"{name} = {value}", f"the client may not go beyond it, and the server accepts {listed}.", Confidence.PROVEN
    return None


def _number(version: str) -> ProtocolVersion | None:
    code = _VERSIONS.get(version.lower().replace("_", "."))
    return None if code is None else ProtocolVersion(code)


def _lists(seen: Seen, library: LocalLibrary, client: ClientOutcome) -> _Found:
    """A list of groups, signature schemes or suites without the one that works with our own, broader offer."""
    ours = seen.get(HandshakeOutcome)
    if ours is None or not ours.completed or client.offer is None or client.verify_code is not None or ours.version is None:
        return None
    suites = ("Ciphersuites",) if ours.version >= 0x0304 else ("CipherString",)
    lists = (
        ("more-groups", ("Groups", "Curves"), ours.group, client.offer.groups),
        ("more-schemes", ("SignatureAlgorithms",), ours.signature_scheme, client.offer.signature_schemes),
        ("more-suites", suites, ours.cipher_suite, client.offer.cipher_suites),
    )
    proved = change_of(proof(seen))  # where one addition was proved to be enough, the others have nothing to do with it
    for _, names, chosen, offered in [item for item in lists if item[0] == proved] or lists:
        value = next((name for name in names if library.setting(name) is not None), None)
        if value is not None and chosen is not None and chosen not in offered:
            detail = f"the client offers nothing else, and the server works with {chosen.name}, which is not among it."
            return f"{value} = {library.setting(value)}", detail, Confidence.LIKELY
    return None


def _level(seen: Seen, library: LocalLibrary, client: ClientOutcome) -> _Found:
    """A security level of 3 or more refuses keys that are sound by any other measure."""
    level = client.settings.security_level
    if level is None or level not in _LEAST or not (client.verify_code in _LEVEL_CODES or "TOO_SMALL" in (client.reason or "")):
        return None
    served = seen.get(ServedChain)
    certificates = [read_certificate(der) for der in served.certificates] if served is not None else []
    if any(weak_key(item) is not None for item in certificates):
        return None
    rsa, curve = _LEAST[level]
    keys = ", ".join(str(item.key) for item in certificates) or "unknown"
    value = library.setting("CipherString")
    name = f"CipherString = {value}" if value is not None and "@SECLEVEL" in value.upper() else f"security level {level}"
    detail = f"the client asks for RSA and DH of {rsa} bits and curves of {curve}; the keys of this chain are: {keys}."
    return name, detail, Confidence.PROVEN
